import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sandbox } from '@carillon/sandbox'
import pg from 'pg'

export const secretKey = 'sk_chaos000000000000000'

/** What a server process keeps its data in; all of it is gone at the end of the scope. */
export interface ServerHome extends AsyncDisposable {
  environment: Record<string, string>
  /** Null when it is the embedded one. */
  database: OwnDatabase | null
}

export interface OwnDatabase {
  url: string
  /** Leaves autovacuum nothing to do, whose transactions would be counted as well. */
  tidy(): Promise<void>
  /** That have ended here, lone statements included. Idle connections tell of their last ones up to 10 s late. */
  transactions(): Promise<number>
}

/** A new data directory, and on the PostgreSQL at `databaseServer` a new database; without it the embedded one. */
export async function createServerHome(sandbox: Sandbox, databaseServer?: string): Promise<ServerHome> {
  await using stack = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'carillon-chaos-'))
  stack.defer(() => rm(dataDir, { recursive: true, force: true }))
  const environment = { ...sandbox.env, DATA_DIR: dataDir, CARILLON_SECRET_KEY: secretKey }
  const database = databaseServer ? await createDatabase(databaseServer, stack) : null
  const kept = stack.move()
  return {
    environment: database ? { ...environment, DATABASE_URL: database.url } : environment,
    database,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

async function createDatabase(server: string, stack: AsyncDisposableStack): Promise<OwnDatabase> {
  const name = `carillon_chaos_${randomBytes(6).toString('hex')}`
  const { href: url } = Object.assign(new URL(server), { pathname: `/${name}` })
  await query(server, `create database ${name}`)
  stack.defer(async () => void (await query(server, `drop database ${name} with (force)`)))
  return {
    url,
    tidy: async () => void (await query(url, 'vacuum analyze')),
    // Asked from outside, so that the question is not counted.
    transactions: async () => {
      const count = `select xact_commit + xact_rollback as n from pg_stat_database where datname = '${name}'`
      return Number((await query(server, count))[0].n)
    },
  }
}

async function query(connectionString: string, statement: string) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
