import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Db, newId, type Store, type Tx } from '../../00-kernel/index.ts'
import { openTestStore, seedWorkspace } from '../../testing/test-store.ts'
import { offsetOf, readEvents, readHead, startOf } from './event-log.ts'
import { forgetOldEvents } from './purge.ts'
import { sequenceEvents } from './sequencer.ts'

let store: Store
let workspaceId: string
beforeAll(async () => {
  store = await openTestStore()
  workspaceId = await seedWorkspace(store)
})
afterAll(() => store[Symbol.asyncDispose]())

const note = (db: Db | Tx, mark: string) =>
  db
    .insertInto('event_intake')
    .values({
      workspace_id: workspaceId,
      type: 'app.credential_rejected',
      data: JSON.stringify({ mark }),
    })
    .execute()

/** Everything after a position, and how far that is. */
async function readOn(after: number): Promise<{ marks: string[]; after: number }> {
  const upTo = await readHead(store.db)
  const rows = await readEvents(store.db, workspaceId, { after, upTo, types: null, limit: 10_000 })
  return { marks: rows.map((row) => String(row.data?.mark)), after: upTo }
}

/** An embedded database has one transaction at a time, and so none that commits late. */
test.runIf(process.env.TEST_DATABASE_URL)(
  'an event whose transaction commits after later ones were read is read all the same',
  async () => {
    const start = await readHead(store.db)
    const written = Promise.withResolvers<void>()
    const mayCommit = Promise.withResolvers<void>()
    const late = store.db.transaction().execute(async (tx) => {
      await note(tx, 'late')
      written.resolve()
      await mayCommit.promise
    })
    await written.promise
    await note(store.db, 'early')
    await sequenceEvents(store.bulk)
    const before = await readOn(start)
    expect(before.marks).toEqual(['early'])
    mayCommit.resolve()
    await late
    await sequenceEvents(store.bulk)
    expect((await readOn(before.after)).marks).toEqual(['late'])
  },
)

test('with many writers and two sequencers a reader who goes on from where it was reads everything once', async () => {
  const start = await readHead(store.db)
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let i = 0; i < 25; i++)
      await store.db.transaction().execute(async (tx) => {
        await note(tx, `${writer}:${i}`)
        await sql`select 1`.execute(tx)
      })
  })
  let isWriting = true
  const read: string[] = []
  let after = start
  const step = async () => {
    await Promise.all([sequenceEvents(store.bulk), sequenceEvents(store.db)])
    const next = await readOn(after)
    read.push(...next.marks)
    after = next.after
  }
  const reader = (async () => {
    while (isWriting) await step()
  })()
  await Promise.all(writers)
  isWriting = false
  await reader
  await step()
  const expected = Array.from({ length: 8 }, (_, writer) =>
    Array.from({ length: 25 }, (_, i) => `${writer}:${i}`),
  )
  expect(read.toSorted()).toEqual(expected.flat().toSorted())
  // What one writer wrote one after the other is in that order.
  for (const own of expected) expect(read.filter((mark) => own.includes(mark))).toEqual(own)
})

test('deliveries are noted by outcome, 250 at most in one event', async () => {
  const start = await readHead(store.db)
  const { seq } = await insertMessage()
  await sql`
    insert into deliveries (message_seq, ordinal, outcome, reason, attempts, at)
    select ${seq}, n, case when n < 10 then 'failed' else 'sent' end, 'x', 1, now() from generate_series(0, 600) n`.execute(
    store.db,
  )
  await sequenceEvents(store.bulk)
  const rows = await readEvents(store.db, workspaceId, {
    after: start,
    upTo: await readHead(store.db),
    types: ['delivery.sent', 'delivery.failed'],
    limit: 10,
  })
  expect(rows.map(({ type, ordinals }) => [type, ordinals?.length]).toSorted()).toEqual([
    ['delivery.failed', 10],
    ['delivery.sent', 250],
    ['delivery.sent', 250],
    ['delivery.sent', 91],
  ])
  expect(rows.flatMap(({ ordinals }) => ordinals ?? []).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 601 }, (_, n) => n),
  )
})

test('a purged log says so to an offset that has lost events, and starts after them', async () => {
  await note(store.db, 'old')
  await note(store.db, 'older than its retention')
  await sequenceEvents(store.bulk)
  const lost = offsetOf((await readHead(store.db)) - 1)
  await sql`update events set at = now() - interval '31 days'`.execute(store.db)
  await note(store.db, 'young')
  await sequenceEvents(store.bulk)
  await forgetOldEvents(store.bulk, new Date())
  await expect(startOf(store.db, workspaceId, lost)).rejects.toMatchObject({ code: 'offset_expired' })
  const earliest = await startOf(store.db, workspaceId, 'earliest')
  expect((await readOn(earliest)).marks).toEqual(['young'])
})

test('an offset that nobody gave out is refused', async () => {
  const ahead = offsetOf((await readHead(store.db)) + 1)
  for (const offset of [ahead, 'x', '', 'djE6', offsetOf(-1)])
    await expect(startOf(store.db, workspaceId, offset)).rejects.toMatchObject({ code: 'invalid_cursor' })
})

async function insertMessage(): Promise<{ seq: number }> {
  const [id, appId] = [newId(), newId()]
  await store.db
    .insertInto('apps')
    .values({ id: appId, workspace_id: workspaceId, name: id, publishable_key: id })
    .execute()
  const { rows } = await sql<{ seq: number }>`
    insert into messages (id, workspace_id, app_id, channel, audience, content, category, priority, start_at,
      expires_at, max_attempts)
    values (${id}, ${workspaceId}, ${appId}, 'push', '{}', '{}', 'marketing', 'normal', now(), now(), 1)
    returning seq`.execute(store.db)
  return rows[0] as { seq: number }
}
