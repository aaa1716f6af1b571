import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId, type Store } from '../00-kernel/index.ts'
import { openTestStore, seedWorkspace } from '../testing/test-store.ts'
import { issuePasses } from './issue-passes.ts'
import { createPassShelf } from './pass-shelf.ts'
import { findPassBySerial, readChanged, registerDevice } from './store.ts'

const passTypeId = 'pass.com.example.test'
let store: Store
let workspaceId: string
let appId: string
let now = new Date('2026-05-01T12:00:00.700Z')

beforeAll(async () => {
  store = await openTestStore()
  workspaceId = await seedWorkspace(store)
  appId = newId()
  const app = { id: appId, workspace_id: workspaceId, name: 'Test', publishable_key: appId }
  await store.db.insertInto('apps').values(app).execute()
})
afterAll(() => store?.[Symbol.asyncDispose]())

/** Somebody's new pass, by its subscription and serial number. */
async function issue() {
  const userId = newId()
  await store.db
    .insertInto('users')
    .values({ id: userId, workspace_id: workspaceId, attributes: '{}', identifiers: '{}', consents: '{}' })
    .execute()
  const [line] = await store.db
    .transaction()
    .execute((tx) =>
      issuePasses(tx, { workspaceId, appId, now }, [{ user_id: userId, subscription_id: null }]),
    )
  const { token } = await store.db
    .selectFrom('subscriptions')
    .select('token')
    .where('id', '=', String(line?.subscription_id))
    .executeTakeFirstOrThrow()
  return { userId, subscriptionId: String(line?.subscription_id), serial: token }
}

const shelf = () => createPassShelf(store.db, () => now)
const version = (serial: string, n: number, deliveryId: string = randomUUID()) => ({
  serial,
  deliveryId,
  content: JSON.stringify({ description: `Version ${n}`, generic: {} }),
})

test('a person has one pass, however often it is issued', async () => {
  const { userId, subscriptionId } = await issue()
  const lines = await store.db
    .transaction()
    .execute((tx) =>
      issuePasses(tx, { workspaceId, appId, now }, [{ user_id: userId, subscription_id: null }]),
    )
  expect(lines).toMatchObject([
    { subscription_id: subscriptionId, platform: 'wallet', environment: 'production' },
  ])
})

test('a pass is not there before its first version', async () => {
  const { serial } = await issue()
  expect(await findPassBySerial(store.db, serial)).toBeUndefined()
  await shelf().update(passTypeId, [version(serial, 1)])
  expect(await findPassBySerial(store.db, serial)).toMatchObject({ content: { description: 'Version 1' } })
})

test('every version has a higher tag and a later second, also when the clock stands still', async () => {
  const { serial } = await issue()
  const seen = []
  for (const n of [1, 2, 3]) {
    await shelf().update(passTypeId, [version(serial, n)])
    const row = await findPassBySerial(store.db, serial)
    seen.push({ tag: row?.tag ?? 0, at: row?.changed_at.toISOString() })
  }
  expect(seen.map(({ at }) => at)).toEqual([
    '2026-05-01T12:00:00.000Z',
    '2026-05-01T12:00:01.000Z',
    '2026-05-01T12:00:02.000Z',
  ])
  expect(seen[1]?.tag).toBeGreaterThan(seen[0]?.tag ?? 0)
  expect(seen[2]?.tag).toBeGreaterThan(seen[1]?.tag ?? 0)
})

test('a delivery that comes again changes nothing, even after a later one', async () => {
  const { serial } = await issue()
  const first = version(serial, 1)
  await shelf().update(passTypeId, [first])
  await shelf().update(passTypeId, [version(serial, 2)])
  const before = await findPassBySerial(store.db, serial)
  await shelf().update(passTypeId, [first])
  expect(await findPassBySerial(store.db, serial)).toEqual(before)
})

test('gives the devices of each pass, and none under another pass type', async () => {
  const [one, two] = [await issue(), await issue()]
  await shelf().update(passTypeId, [version(one.serial, 1), version(two.serial, 1)])
  const register = (subscriptionId: string, deviceId: string, pushToken: string) =>
    store.db
      .transaction()
      .execute((tx) => registerDevice(tx, { subscriptionId, deviceId, passTypeId, pushToken, now }))
  expect(await register(one.subscriptionId, 'phone', 'aa')).toBe(true)
  expect(await register(one.subscriptionId, 'watch', 'bb')).toBe(true)
  expect(await register(one.subscriptionId, 'phone', 'cc')).toBe(false)
  const devices = await shelf().update(passTypeId, [version(two.serial, 2), version(one.serial, 2)])
  expect(devices).toEqual([[], [{ pushToken: 'cc' }, { pushToken: 'bb' }]])
  expect(await shelf().update('pass.com.example.other', [version(one.serial, 3)])).toEqual([[]])
})

test('forgets a dead device only if it did not register since', async () => {
  const { serial, subscriptionId } = await issue()
  await shelf().update(passTypeId, [version(serial, 1)])
  const at = now.getTime()
  await store.db
    .transaction()
    .execute((tx) =>
      registerDevice(tx, { subscriptionId, deviceId: 'phone', passTypeId, pushToken: 'dead', now }),
    )
  const devices = async () => (await shelf().update(passTypeId, [version(serial, 2)]))[0]
  await shelf().forget(passTypeId, [{ pushToken: 'dead', beforeMs: at }])
  expect(await devices()).toHaveLength(1)
  await shelf().forget(passTypeId, [{ pushToken: 'dead', beforeMs: at + 1 }])
  expect(await devices()).toHaveLength(0)
})

test('a pass that changed while a device was adding it is told to that device', async () => {
  const [known, added] = [await issue(), await issue()]
  const register = (subscriptionId: string, pushToken: string) =>
    store.db
      .transaction()
      .execute((tx) => registerDevice(tx, { subscriptionId, deviceId: 'adder', passTypeId, pushToken, now }))
  await shelf().update(passTypeId, [version(known.serial, 1), version(added.serial, 1)])
  await register(known.subscriptionId, 'aa')
  await shelf().update(passTypeId, [version(added.serial, 2)])
  await shelf().update(passTypeId, [version(known.serial, 2)])
  const read = (since: bigint) => readChanged(store.db, { deviceId: 'adder', passTypeId, since })
  const { tag } = await read(0n)
  await register(added.subscriptionId, 'aa')
  expect((await read(BigInt(tag ?? 0))).serials).toEqual([added.serial])
})

test('whoever goes on from the tag that they were told hears of every change, with many writers', async () => {
  const passes = await Promise.all(Array.from({ length: 20 }, issue))
  await shelf().update(
    passTypeId,
    passes.map(({ serial }) => version(serial, 0)),
  )
  for (const { subscriptionId } of passes)
    await store.db
      .transaction()
      .execute((tx) =>
        registerDevice(tx, { subscriptionId, deviceId: 'reader', passTypeId, pushToken: 'ee', now }),
      )
  const answers: { from: bigint; to: bigint; serials: string[] }[] = []
  let since = 0n
  const read = async () => {
    const { serials, tag } = await readChanged(store.db, { deviceId: 'reader', passTypeId, since })
    if (tag === null) return
    answers.push({ from: since, to: BigInt(tag), serials })
    since = BigInt(tag)
  }
  let isWriting = true
  const writers = passes.map(async ({ serial }) => {
    for (const n of [1, 2, 3]) await shelf().update(passTypeId, [version(serial, n)])
  })
  const all = Promise.all(writers).then(() => {
    isWriting = false
  })
  while (isWriting) await read()
  await all
  await read()
  for (const { serial } of passes) {
    const { tag = 0 } = (await findPassBySerial(store.db, serial)) ?? {}
    const told = answers.find(({ from, to }) => from < BigInt(tag) && BigInt(tag) <= to)
    expect(told?.serials).toContain(serial)
  }
  now = new Date(now.getTime() + 1_000)
})
