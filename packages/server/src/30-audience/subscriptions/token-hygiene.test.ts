import type { Platform } from '@carillon/contract'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId, type Store, sha256 } from '../../00-kernel/index.ts'
import { openTestStore, seedWorkspace } from '../../testing/test-store.ts'
import { createUser } from '../users/save-users.ts'
import { loadTargets } from './load-targets.ts'
import {
  type DeadToken,
  findSubscription,
  relabelEnvironment,
  retireSubscriptions,
  suspectRecentlyRetired,
  suspectSubscriptions,
} from './store.ts'

let store: Store
let workspaceId: string
const appId = newId()
const registeredAt = new Date('2026-03-01T12:00:00Z')
const later = registeredAt.getTime() + 1_000

beforeAll(async () => {
  store = await openTestStore()
  workspaceId = await seedWorkspace(store)
  await store.db
    .insertInto('apps')
    .values({
      id: appId,
      workspace_id: workspaceId,
      name: 'App',
      category: null,
      icon: null,
      publishable_key: 'pk',
      identity_key: null,
    })
    .execute()
})
afterAll(() => store[Symbol.asyncDispose]())

const inTransaction = <T>(act: Parameters<ReturnType<Store['db']['transaction']>['execute']>[0]) =>
  store.db.transaction().execute(act) as Promise<T>

async function seed(
  token: string,
  more: { platform?: Platform; userId?: string; status?: 'unsubscribed' } = {},
) {
  const id = newId()
  await store.db
    .insertInto('subscriptions')
    .values({
      id,
      workspace_id: workspaceId,
      app_id: appId,
      platform: more.platform ?? 'apns',
      token,
      token_hash: sha256(token),
      status: more.status ?? 'active',
      user_id: more.userId ?? null,
      registered_at: registeredAt,
    })
    .execute()
  return id
}

const dead = (subscriptionId: string, token: string, more: Partial<DeadToken> = {}): DeadToken => ({
  subscriptionId,
  tokenHash: sha256(token),
  sentAtMs: later,
  code: 'Unregistered',
  ...more,
})
const statusOf = async (id: string) => {
  const row = await findSubscription(store.db, workspaceId, id)
  return { status: row?.status, reason: row?.status_reason }
}

test('retires a token only if it is still the one that failed', async () => {
  const [failed, refreshed] = [await seed('t1'), await seed('t2')]
  const retired = await inTransaction((tx) =>
    retireSubscriptions(tx, [dead(failed, 't1'), dead(refreshed, 'the token before t2')]),
  )
  expect(retired).toEqual([failed])
  expect(await statusOf(failed)).toEqual({ status: 'retired', reason: 'Unregistered' })
  expect(await statusOf(refreshed)).toEqual({ status: 'active', reason: null })
})

test('does not retire a token that was registered again after the send, or after the provider saw it die', async () => {
  const id = await seed('t3')
  const stale = [
    dead(id, 't3', { sentAtMs: registeredAt.getTime() }),
    dead(id, 't3', { invalidSinceMs: registeredAt.getTime() - 1 }),
  ]
  for (const each of stale) expect(await inTransaction((tx) => retireSubscriptions(tx, [each]))).toEqual([])
  const fresh = dead(id, 't3', { invalidSinceMs: registeredAt.getTime() + 1 })
  expect(await inTransaction((tx) => retireSubscriptions(tx, [fresh]))).toEqual([id])
})

test('leaves what the person unsubscribed as it is, and does nothing without news', async () => {
  const id = await seed('t4', { status: 'unsubscribed' })
  expect(await inTransaction((tx) => retireSubscriptions(tx, [dead(id, 't4')]))).toEqual([])
  expect(await inTransaction((tx) => retireSubscriptions(tx, []))).toEqual([])
})

test('holds tokens for review under the same conditions, and retires a suspect that is confirmed dead', async () => {
  const id = await seed('t5')
  const suspect = (each: DeadToken) => inTransaction((tx) => suspectSubscriptions(tx, [each]))
  expect(await suspect(dead(id, 'another'))).toEqual([])
  expect(await suspect(dead(id, 't5'))).toEqual([id])
  expect(await statusOf(id)).toEqual({ status: 'suspect', reason: 'Unregistered' })
  expect(await inTransaction((tx) => retireSubscriptions(tx, [dead(id, 't5')]))).toEqual([id])
})

test('takes back for review what one lane retired since a time', async () => {
  const since = await now()
  const [mine, otherPlatform] = [await seed('t6'), await seed('t6', { platform: 'fcm' })]
  await inTransaction((tx) => retireSubscriptions(tx, [dead(mine, 't6'), dead(otherPlatform, 't6')]))
  const lane = { appId, platform: 'apns', environment: 'production' } as const
  const takeBack = (from: Date) => inTransaction((tx) => suspectRecentlyRetired(tx, { ...lane, since: from }))
  expect(await takeBack(new Date(since.getTime() + 3_600_000))).toBe(0)
  expect(await takeBack(since)).toBe(1)
  expect((await statusOf(mine)).status).toBe('suspect')
  expect((await statusOf(otherPlatform)).status).toBe('retired')
})

/** The database's own time, which may be some way from ours. */
async function now(): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(store.db)
  return rows[0]?.now ?? new Date(Number.NaN)
}

test('relabels the environment of a token that is still there', async () => {
  const [id, refreshed] = [await seed('t7'), await seed('t8')]
  await inTransaction((tx) =>
    relabelEnvironment(tx, [
      { subscriptionId: id, tokenHash: sha256('t7'), environment: 'sandbox' },
      { subscriptionId: refreshed, tokenHash: sha256('before t8'), environment: 'sandbox' },
    ]),
  )
  const environments = [id, refreshed].map(
    async (each) => (await findSubscription(store.db, workspaceId, each))?.environment,
  )
  expect(await Promise.all(environments)).toEqual(['sandbox', 'production'])
})

// The embedded database gives one transaction everything, so there nobody can hold a row beside it.
if (process.env.TEST_DATABASE_URL) {
  test('passes over a row that is being registered at this moment', async () => {
    const id = await seed('t9')
    await inTransaction(async (tx) => {
      await tx.selectFrom('subscriptions').select('id').where('id', '=', id).forUpdate().execute()
      expect(await inTransaction((other) => retireSubscriptions(other, [dead(id, 't9')]))).toEqual([])
    })
    expect((await statusOf(id)).status).toBe('active')
  })
}

test('loads devices with their people in one go; what is gone is not among them', async () => {
  const userId = await inTransaction<string>((tx) =>
    createUser(
      tx,
      workspaceId,
      { attributes: { email: 'a@b.de', n: 1 }, identifiers: { crm: '1' }, locale: 'de' },
      new Date(),
    ),
  )
  const [linked, alone] = [await seed('t10', { userId }), await seed('t11')]
  const targets = await loadTargets(store.db, [alone, linked, newId()])
  expect([...targets.keys()].sort()).toEqual([linked, alone].sort())
  expect(targets.get(linked)).toMatchObject({
    id: linked,
    app_id: appId,
    platform: 'apns',
    environment: 'production',
    token: 't10',
    token_hash: sha256('t10'),
    status: 'active',
    permission: 'granted',
    user_id: userId,
    registered_at: registeredAt,
    user: { attributes: { email: 'a@b.de', n: 1 }, identifiers: { crm: '1' }, locale: 'de', timezone: null },
  })
  expect(targets.get(alone)?.user).toBeNull()
})
