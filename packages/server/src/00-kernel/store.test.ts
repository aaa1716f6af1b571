import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { openTestStore } from '../testing/test-store.ts'
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
  let rings = 0
  await other.listen('work', () => {
    rings += 1
  })
  await store.db.transaction().execute(async (tx) => {
    await sql`select pg_notify('work', '')`.execute(tx)
  })
  await vi.waitFor(() => expect(rings).toBe(1))
})

test.runIf(process.env.TEST_DATABASE_URL)('rings for what a broken connection may have missed', async () => {
  await using store = await openTestStore()
  let rings = 0
  await store.listen('work', () => {
    rings += 1
  })
  for (const broken of [1, 2]) {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query = 'listen work'`.execute(store.db)
    await vi.waitFor(() => expect(rings).toBe(broken), 5_000)
  }
  await sql`select pg_notify('work', '')`.execute(store.db)
  await vi.waitFor(() => expect(rings).toBe(3))
})

test('reads counts as numbers, arrays as arrays and documents as objects', async () => {
  await using store = await openStore({ dataDir: null, databaseUrl: null })
  const { rows } =
    await sql`select count(*) as n, ${['a', 'b']}::text[] as list, ${'{"x":1}'}::jsonb as doc, ${[1, 2]}::int[] as ints`.execute(
      store.db,
    )
  expect(rows).toEqual([{ n: 1, list: ['a', 'b'], doc: { x: 1 }, ints: [1, 2] }])
})
