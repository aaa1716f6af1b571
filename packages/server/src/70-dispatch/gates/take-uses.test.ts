import { type Cap, quietHoursAtFirst } from '@carillon/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId, type Store } from '../../00-kernel/index.ts'
import { openTestStore, seedWorkspace } from '../../testing/test-store.ts'
import { createRuleBook } from './rule-book.ts'
import { forgetUses, settleUses } from './store.ts'
import { capGateOf } from './take-use.ts'
import { takeUses } from './take-uses.ts'

let store: Store
let workspaceId: string
beforeAll(async () => {
  store = await openTestStore()
  workspaceId = await seedWorkspace(store)
})
afterAll(() => store?.[Symbol.asyncDispose]())

const now = new Date('2026-11-21T12:00:00Z')
const hourMs = 3_600_000
const hourly: Cap = {
  id: newId(),
  name: 'One an hour',
  limit: 1,
  window: { kind: 'rolling', length: 1, unit: 'hours' },
  scope: { kind: 'all' },
  counts_transactional: false,
  binds_transactional: false,
  displaces: true,
  created_at: '',
  updated_at: '',
}
const book = createRuleBook({
  timeZone: 'UTC',
  topics: new Map(),
  caps: [hourly],
  quietHours: quietHoursAtFirst,
  holdout: { percent: 0, salt: '1' },
})

/** A message to these people, one device each; answers who ended at the cap. */
async function send(
  m: number,
  people: readonly string[],
  { at = now, isPeek = false } = {},
): Promise<string[]> {
  const gate = capGateOf({ m, c: 'push', r: 0 }, [hourly], book.keepMs)
  if (!gate) throw new Error('The cap has nothing to say.')
  const asks = people.map((userId, ordinal) => ({ userId, ordinal, zone: 'UTC', isPeek }))
  const ended = await takeUses(store.bulk, { workspaceId, gate, book, nowMs: at.getTime() }, asks)
  return people.filter((_, ordinal) => ended.has(ordinal))
}

async function addPeople(count: number): Promise<string[]> {
  const people = Array.from({ length: count }, () => newId())
  const rows = people.map((id) => ({
    id,
    workspace_id: workspaceId,
    identifiers: '{}',
    consents: '{}',
    attributes: '{}',
  }))
  await store.db.insertInto('users').values(rows).execute()
  return people
}

test('of messages that come at the same time each person gets one, whoever writes first', async () => {
  const people = await addPeople(60)
  const orders = [people, people.toReversed(), people.slice(30), people.slice(0, 30), people.toReversed()]
  const ended = await Promise.all(orders.map((order, i) => send(i + 1, order)))
  const taken = orders.reduce((sum, order, i) => sum + order.length - (ended[i]?.length ?? 0), 0)
  expect(taken).toBe(60)
})

test('who only asks takes nothing', async () => {
  const people = await addPeople(2)
  expect(await send(1, people, { isPeek: true })).toEqual([])
  expect(await send(2, people)).toEqual([])
  expect(await send(3, people, { isPeek: true })).toEqual(people)
})

test('what is given back is there for the next, and what waits is not', async () => {
  const people = await addPeople(2)
  await send(1, people)
  await store.bulk.transaction().execute((tx) =>
    settleUses(tx, 1, [
      { userId: people[0] as string, ordinal: 0, to: 'released' },
      { userId: people[1] as string, ordinal: 1, to: 'waiting' },
    ]),
  )
  expect(await send(2, people)).toEqual(people.slice(1))
})

test('uses are forgotten once no cap looks at them, and with the person', async () => {
  const [kept, erased, old] = (await addPeople(3)) as [string, string, string]
  await send(1, [old], { at: new Date(now.getTime() - 2 * hourMs) })
  await send(1, [kept, erased])
  await store.db.deleteFrom('users').where('id', '=', erased).execute()
  await forgetUses(store.bulk, now)
  const rows = await store.db
    .selectFrom('cap_uses')
    .select('user_id')
    .where('user_id', 'in', [kept, erased, old])
    .execute()
  expect(rows).toEqual([{ user_id: kept }])
})
