import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../00-kernel/index.ts'
import { openTestStore, seedWorkspace } from '../../testing/test-store.ts'
import { recordOpens } from './record-opens.ts'
import { readOpenHours } from './store.ts'

let store: Awaited<ReturnType<typeof openTestStore>>
let workspaceId: string
let ordinals = 0
beforeAll(async () => {
  store = await openTestStore()
  workspaceId = await seedWorkspace(store)
  await sql`update workspaces set settings = '{"time_zone": "Asia/Tokyo"}'`.execute(store.db)
})
afterAll(() => store?.[Symbol.asyncDispose]())

async function createPerson(timezone: string | null): Promise<string> {
  const id = newId()
  await sql`insert into users (id, workspace_id, timezone) values (${id}, ${workspaceId}, ${timezone})`.execute(
    store.db,
  )
  return id
}

/** A delivery that the person opened. */
async function deliver(userId: string | null): Promise<number> {
  ordinals += 1
  await sql`insert into deliveries (message_seq, ordinal, user_id, outcome, reason, attempts, at)
    values (1, ${ordinals}, ${userId}, 'sent', 'accepted', 1, now())`.execute(store.db)
  return ordinals
}

async function open(ordinal: number, at: string, now = at): Promise<void> {
  const opens = [{ messageSeq: 1, ordinal, at: new Date(at) }]
  await store.db.transaction().execute((tx) => recordOpens(tx, workspaceId, opens, new Date(now)))
}

const hoursOf = async (id: string, now: string) => {
  const hours = (await readOpenHours(store.db, [id], new Date(now))).get(id) ?? []
  return Object.fromEntries(hours.flatMap((n, hour) => (n > 0 ? [[hour, n]] : [])))
}

test('opens count for the hour of the person’s own day, and without a zone that of the workspace', async () => {
  const [berlin, nowhere] = [await createPerson('Europe/Berlin'), await createPerson(null)]
  for (const at of [
    '2026-10-24T06:10:00Z',
    '2026-10-24T06:50:00Z',
    '2026-10-25T06:10:00Z',
    '2026-10-25T20:00:00Z',
  ]) {
    await open(await deliver(berlin), at)
    await open(await deliver(nowhere), at)
  }
  // The clock of Berlin went back in between.
  expect(await hoursOf(berlin, '2026-10-26T00:00:00Z')).toEqual({ 8: 2, 7: 1, 21: 1 })
  expect(await hoursOf(nowhere, '2026-10-26T00:00:00Z')).toEqual({ 15: 3, 5: 1 })
  expect(await hoursOf(berlin, '2027-01-23T00:00:00Z')).toEqual({ 7: 1, 21: 1 })
})

test('what is too old to count goes when the person opens again', async () => {
  const person = await createPerson('UTC')
  await open(await deliver(person), '2026-01-01T10:00:00Z')
  await open(await deliver(person), '2026-04-02T11:00:00Z')
  const { rows } = await sql`select hour, n from open_hours where user_id = ${person}`.execute(store.db)
  expect(rows).toEqual([{ hour: 11, n: 1 }])
})

test('a device without a person, a delivery that is not known yet and somebody erased count for nobody', async () => {
  const erased = await createPerson('UTC')
  const ordinal = await deliver(erased)
  await sql`delete from users where id = ${erased}`.execute(store.db)
  const before = await sql`select * from open_hours order by user_id, day, hour`.execute(store.db)
  await open(ordinal, '2026-01-01T10:00:00Z')
  await open(await deliver(null), '2026-01-01T10:00:00Z')
  await open(999_999, '2026-01-01T10:00:00Z')
  expect(await sql`select * from open_hours order by user_id, day, hour`.execute(store.db)).toEqual(before)
})
