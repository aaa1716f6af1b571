import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { newId } from './ids.ts'
import { joinStore, openStore } from './store.ts'

test('refuses a data directory that another process uses', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'carillon-'))
  const first = await openStore({ dataDir, databaseUrl: null })
  await expect(openStore({ dataDir, databaseUrl: null })).rejects.toThrow(
    'in use by another Carillon process',
  )
  await first[Symbol.asyncDispose]()
  const again = await openStore({ dataDir, databaseUrl: null })
  await again[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true })
})

test('gives a transaction the database alone, also against another thread’s line, and rolls back on error', async () => {
  await using store = await openStore({ dataDir: null, databaseUrl: null })
  await using other = await joinStore(store.share())
  const id = newId()
  await expect(
    store.db.transaction().execute(async (tx) => {
      await tx.insertInto('workspaces').values({ id, name: 'a' }).execute()
      const outside = other.db.selectFrom('workspaces').selectAll().execute()
      await tx.updateTable('workspaces').set({ name: 'b' }).where('id', '=', id).execute()
      void outside.then((rows) => expect(rows).toEqual([]))
      throw new Error('undo')
    }),
  ).rejects.toThrow('undo')
  expect(await other.db.selectFrom('workspaces').selectAll().execute()).toEqual([])
})

test('tells listeners of every thread after the commit', async () => {
  await using store = await openStore({ dataDir: null, databaseUrl: null })
  await using other = await joinStore(store.share())
  let heard = ''
  await other.listen('work', (payload) => {
    heard = payload
  })
  await store.db.transaction().execute(async (tx) => {
    await sql`select pg_notify('work', 'now')`.execute(tx)
  })
  await vi.waitFor(() => expect(heard).toBe('now'))
})

test('reads counts as numbers, arrays as arrays and documents as objects', async () => {
  await using store = await openStore({ dataDir: null, databaseUrl: null })
  const { rows } =
    await sql`select count(*) as n, ${['a', 'b']}::text[] as list, ${'{"x":1}'}::jsonb as doc, ${[1, 2]}::int[] as ints`.execute(
      store.db,
    )
  expect(rows).toEqual([{ n: 1, list: ['a', 'b'], doc: { x: 1 }, ints: [1, 2] }])
})
