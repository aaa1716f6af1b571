import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { newId } from '../00-kernel/ids.ts'
import { openStore, type Store } from '../00-kernel/store.ts'

/**
 * A fresh, migrated database: embedded, or a database of its own on the server that `TEST_DATABASE_URL` names.
 * The whole suite runs against both.
 */
export async function openTestStore(): Promise<Store> {
  const server = process.env.TEST_DATABASE_URL
  if (!server) return openStore({ dataDir: null, databaseUrl: null })
  const name = `carillon_test_${randomBytes(6).toString('hex')}`
  await administer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const store = await openStore({ dataDir: null, databaseUrl: url.href })
  return {
    ...store,
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      await administer(server, `drop database ${name} with (force)`)
    },
  }
}

/** A workspace to work in. */
export async function seedWorkspace(store: Store): Promise<string> {
  const id = newId()
  await store.db.insertInto('workspaces').values({ id, name: 'Test', settings: '{}' }).execute()
  return id
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}
