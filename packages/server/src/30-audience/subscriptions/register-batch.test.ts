import { type Platform, SubscriptionCreate } from '@carillon/contract'
import { type KyselyPlugin, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Caller,
  createVault,
  newId,
  Problem,
  type Store,
  sha256,
  type Tx,
} from '../../00-kernel/index.ts'
import { openTestStore, seedWorkspace } from '../../testing/test-store.ts'
import { checkItem } from '../check-item.ts'
import { writeUsers } from '../users/store.ts'
import { newDraft } from '../users/user-draft.ts'
import type { Registered } from './place-devices.ts'
import { registerSubscription, registerSubscriptions } from './register.ts'

let store: Store
let workspaceId: string
const [open, guarded, foreign] = [newId(), newId(), newId()]
const vault = createVault(Buffer.alloc(32))
/** Two people have the last value, as after a change of the key. */
const people = ['a@x.de', 'b@x.de', 'c@x.de', 'twin@x.de', 'twin@x.de'].map((email) => ({
  ...newDraft(new Date()),
  attributes: { email },
  reconciliationValue: email,
}))

beforeAll(async () => {
  store = await openTestStore()
  workspaceId = await seedWorkspace(store)
  const apps = [
    { id: open, workspace_id: workspaceId, identity_required: false },
    { id: guarded, workspace_id: workspaceId, identity_required: true },
    { id: foreign, workspace_id: await seedWorkspace(store), identity_required: false },
  ]
  await store.db
    .insertInto('apps')
    .values(apps.map((app) => ({ ...app, name: app.id, publishable_key: app.id })))
    .execute()
  await store.db
    .insertInto('credentials')
    .values({
      app_id: open,
      platform: 'apns',
      sealed: Buffer.alloc(1),
      sealed_with: 'x',
      masked: JSON.stringify({ environment: 'sandbox' }),
      revision: newId(),
      expires_at: null,
    })
    .execute()
  await store.db.transaction().execute((tx) => writeUsers(tx, workspaceId, people))
})
afterAll(() => store[Symbol.asyncDispose]())

const pick = (n: number) => Math.floor(Math.random() * n)
const oneOf = <T>(...list: T[]): T => list[pick(list.length)] as T
const maybe = <T>(value: T): T | undefined => oneOf(value, undefined)
const callerOf = (kind: 'secret' | 'publishable'): Caller => ({
  workspaceId,
  kind,
  id: 'k',
  name: 'k',
  scopes: ['*'],
  appId: kind === 'publishable' ? guarded : null,
})

function randomItem(spots: number): unknown {
  const platform: Platform = oneOf('fcm', 'apns')
  const n = pick(spots)
  const device = {
    app_id: oneOf(open, open, open, guarded, guarded, oneOf(foreign, newId(), 'no id')),
    platform,
    token: platform === 'fcm' ? `t${n}` : oneOf('A', 'a').repeat(63) + (n % 16).toString(16),
    device_id: oneOf(undefined, `d${pick(spots)}`, `d${n}`),
    device_name: maybe(`name ${pick(9)}`),
    reconciliation_value: oneOf(
      undefined,
      undefined,
      null,
      oneOf('A@x.de', 'b@x.de', 'nobody', 'twin@x.de', ' '),
    ),
    user_id: pick(4) ? undefined : oneOf(null, newId(), people[pick(4)]?.id, people[0]?.id.toUpperCase()),
    user_token: pick(9) ? undefined : 'forged',
    environment: maybe(oneOf('production', 'sandbox')),
    permission: maybe('denied'),
    locale: maybe('de'),
    app_version: maybe(String(pick(9))),
    colour: pick(20) ? undefined : 'red',
  }
  return JSON.parse(JSON.stringify(device))
}

type Answer = Registered | { problem: Problem }

async function registerEach(tx: Tx, deps: { now: () => Date }, caller: Caller, items: unknown[]) {
  const answers: Answer[] = []
  for (const item of items) {
    try {
      const input = checkItem(SubscriptionCreate, item)
      answers.push(await registerSubscription(tx, { vault, ...deps }, caller, input))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      answers.push({ problem: error })
    }
  }
  return answers
}

/** What can be compared: an id that was not there before becomes the place of the answer that first named it. */
async function outcomeOf(tx: Tx, answers: Answer[], before: ReadonlySet<string>) {
  const ids = new Map([...before].map((id) => [id, id]))
  for (const [index, answer] of answers.entries())
    if ('id' in answer && !ids.has(answer.id)) ids.set(answer.id, `new ${index}`)
  const rows = await tx.selectFrom('subscriptions').selectAll().execute()
  return {
    answers: answers.map((answer) =>
      'id' in answer
        ? { ...answer, id: ids.get(answer.id) }
        : { code: answer.problem.code, ...answer.problem.details },
    ),
    rows: rows
      .map((row) => ({ ...row, id: ids.get(row.id) ?? row.id, token_hash: Buffer.from(row.token_hash) }))
      .sort((a, b) => a.id.localeCompare(b.id)),
  }
}

test('a batch gives the answers and the rows that its items give one by one', async () => {
  for (let round = 0; round < 40; round += 1) {
    const spots = oneOf(3, 8, 30)
    const items = Array.from({ length: oneOf(1, 8, 25) }, () => randomItem(spots))
    const caller = callerOf(oneOf('secret', 'secret', 'publishable'))
    const now = new Date(Date.UTC(2026, 0, 1, 0, 0, round))
    await store.db.transaction().execute(async (tx) => {
      const rows = await tx.selectFrom('subscriptions').select('id').execute()
      const before = new Set(rows.map(({ id }) => id))
      await sql`savepoint start`.execute(tx)
      const single = await outcomeOf(tx, await registerEach(tx, { now: () => now }, caller, items), before)
      await sql`rollback to savepoint start`.execute(tx)
      const deps = { vault, now: () => now }
      const batch = await outcomeOf(tx, await registerSubscriptions(tx, deps, caller, items), before)
      expect(batch, JSON.stringify(items)).toEqual(single)
    })
  }
  const { rows } = await sql<{ seen: number }>`select count(*) as seen from subscriptions`.execute(store.db)
  expect(rows[0]?.seen).toBeGreaterThan(20)
})

test('a hundred devices take no more statements than ten', async () => {
  const count = async (length: number, name: string) => {
    const items = Array.from({ length }, (_, i) => ({
      app_id: open,
      platform: 'fcm',
      token: `${name}-${i}`,
      device_id: `${name}-${i}`,
      reconciliation_value: `${i}@x.de`,
    }))
    let statements = 0
    const counter: KyselyPlugin = {
      transformQuery: ({ node }) => {
        statements += 1
        return node
      },
      transformResult: async ({ result }) => result,
    }
    const deps = { vault, now: () => new Date() }
    const answers = await store.db
      .transaction()
      .execute((tx) => registerSubscriptions(tx.withPlugin(counter), deps, callerOf('secret'), items))
    expect(answers.filter((answer) => 'id' in answer)).toHaveLength(length)
    return statements
  }
  const ten = await count(10, 'ten')
  expect(ten).toBeLessThan(10)
  expect(await count(100, 'hundred')).toBe(ten)
  // All known by now.
  expect(await count(100, 'hundred')).toBe(ten)
})

test('the same device a hundred times in a batch is one row, as it was told last', async () => {
  const items = Array.from({ length: 100 }, (_, i) => ({
    app_id: open,
    platform: 'fcm',
    token: 'often',
    app_version: String(i),
  }))
  const deps = { vault, now: () => new Date() }
  const answers = await store.db
    .transaction()
    .execute((tx) => registerSubscriptions(tx, deps, callerOf('secret'), items))
  expect(new Set(answers.map((answer) => ('id' in answer ? answer.id : answer.problem))).size).toBe(1)
  expect(answers.map((answer) => 'isNew' in answer && answer.isNew)).toEqual([true, ...Array(99).fill(false)])
  const rows = await store.db
    .selectFrom('subscriptions')
    .select('app_version')
    .where('token_hash', '=', sha256('often'))
    .execute()
  expect(rows).toEqual([{ app_version: '99' }])
})
