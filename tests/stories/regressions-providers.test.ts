import type { Message, PushPlatform } from '@carillon/contract'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openStage, recipientsOf, type Stage, until } from './stage.ts'

const platforms: PushPlatform[] = ['apns', 'fcm', 'webpush', 'wns']
const content = { title: 'Hello' }
const timeoutMs = 2_500
let stage: Stage

beforeAll(async () => {
  stage = await openStage({ environment: { PROVIDER_TIMEOUT_MS: String(timeoutMs) } })
})
afterAll(() => stage?.close())
beforeEach(() => {
  stage.sandbox.control.clearFaults()
  stage.sandbox.control.clearStats()
  stage.sandbox.control.record(true)
})

const messageOf = (id: string): Promise<Message> => stage.api('GET', `/v1/messages/${id}`)

test.each(
  platforms,
)('a 429 is waited out as long as the provider asks, and counts neither as failed nor as an attempt (%s)', async (platform) => {
  const { send, subscribe } = await stage.openApp(`Throttled ${platform}`)
  const [subscribed] = await subscribe({ platform, scenario: 'throttled', name: `Throttled ${platform}` })
  const message = await send({ to: { all: true }, content })
  expect(message.counts).toMatchObject({ sent: 1, failed: 0 })
  expect((await recipientsOf(stage.api, message.id))[0]).toMatchObject({ attempts: 1, status: 'sent' })
  const [arrived] = stage.sandbox.control.phone(subscribed?.device.id as string).notifications
  const waitedMs = Date.parse(arrived?.received_at as string) - Date.parse(message.started_at as string)
  expect(waitedMs).toBeGreaterThanOrEqual(1_000)
  expect(stage.sandbox.control.stats()[platform].requests).toBe(2)
})

test('GOAWAY in the middle of a batch of 2,000 loses and duplicates nothing', async () => {
  const { seed, send } = await stage.openApp('Going away')
  await seed({ platform: 'apns', count: 2_000 })
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'goaway', share: 0.01, times: 8 })
  const message = await send({ to: { all: true }, content })
  expect(message.counts).toMatchObject({ targeted: 2_000, sent: 2_000, failed: 0 })
  expect(stage.sandbox.control.stats().apns.refused.goaway).toBe(8)
  expect(arrivals('apns')).toEqual({ deliveries: 2_000, repeats: 0 })
})

test.each([
  'apns',
  'fcm',
] as const)('cut streams, silence and late answers lose nothing, and what is repeated carries the same delivery id (%s)', async (platform) => {
  const { seed, send } = await stage.openApp(`Rough ${platform}`)
  await seed({ platform, count: 300 })
  const rough = { provider: platform, share: 0.2 }
  stage.sandbox.control.addFault({ ...rough, fault: 'reset', times: 10 })
  stage.sandbox.control.addFault({ ...rough, fault: 'hang', times: 5 })
  // Taken at once, answered when nobody waits for it any more: this alone makes repeats.
  stage.sandbox.control.addFault({ ...rough, fault: 'slow', delay_ms: 2 * timeoutMs, times: 5 })
  const message = await send({ to: { all: true }, content })
  expect(message.counts).toMatchObject({ targeted: 300, sent: 300, failed: 0 })
  const sentIds = (await recipientsOf(stage.api, message.id)).map((row) => row.delivery_id)
  expect(Object.keys(stage.sandbox.control.deliveries(platform)).sort()).toEqual(sentIds.sort())
  expect(arrivals(platform)).toEqual({ deliveries: 300, repeats: 5 })
})

test("one app's revoked APNs key is a hold on its messages, drops nobody, leaves another app alone, and ends with a new key", async () => {
  const account = { team_id: 'REVOKEDTM1', bundle_ids: ['com.example.revoked'] }
  const revoked = await openAppWithKey('Revoked', { ...account, key_id: 'OLDKEY0001' })
  const healthy = await stage.openApp('Healthy')
  await revoked.seed({ platform: 'apns', app: 'com.example.revoked', count: 600 })
  await healthy.seed({ platform: 'apns', count: 600 })
  stage.sandbox.control.revokeAccount('apns', revoked.credential.key_id)

  const held = await revoked.start({ to: { all: true }, content })
  await until(async () => (await messageOf(held)).holds.length > 0)
  expect((await healthy.send({ to: { all: true }, content })).counts).toMatchObject({ sent: 600 })
  const during = await messageOf(held)
  expect(during).toMatchObject({ status: 'sending', counts: { pending: 600, failed: 0, excluded: 0 } })
  expect(during.holds).toMatchObject([{ platform: 'apns', reason: 'credential_rejected' }])

  await revoked.saveKey({ ...account, key_id: 'NEWKEY0001' })
  const after = await stage.ended(held)
  expect(Date.now()).toBeLessThan(Date.parse(during.holds[0]?.until as string))
  expect(after).toMatchObject({ counts: { sent: 600, failed: 0 }, holds: [], retired_tokens: 0 })
  expect(arrivals('apns')).toEqual({ deliveries: 1_200, repeats: 0 })
})

test("a provider that hangs on one app's messages delays neither another app's message nor its retry", async () => {
  const hanging = await stage.openApp('Hanging')
  const other = await stage.openApp('Not hanging')
  await hanging.seed({ platform: 'apns', count: 200 })
  await other.subscribe({ platform: 'fcm', scenario: 'throttled' })
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'hang' })
  const held: string[] = []
  for (let i = 0; i < 5; i += 1) held.push(await hanging.start({ to: { all: true }, content }))
  await until(() => (stage.sandbox.control.stats().apns.refused.hang ?? 0) > 0)

  expect((await other.send({ to: { all: true }, content })).counts.sent).toBe(1)
  // All that while no batch of the hanging app came back from its first attempt.
  expect(await firstAttempts()).toBe(5)

  stage.sandbox.control.clearFaults()
  for (const id of held) expect((await stage.ended(id)).counts).toMatchObject({ sent: 200, failed: 0 })
})

test('a campaign that fills its lane does not stand before a message to one person', async () => {
  const { seed, start, send, subscribe } = await stage.openApp('Busy lane')
  const [one] = await subscribe({ platform: 'apns' })
  await seed({ platform: 'apns', count: 199, scenario: 'slow', slow_ms: 1_000 })
  const held: string[] = []
  for (let i = 0; i < 8; i += 1) held.push(await start({ to: { all: true }, content }))
  await until(async () => (await messageOf(held[3] as string)).status === 'sending')

  const message = await send({ to: { subscription_ids: [one?.id] }, content })
  expect(message.counts.sent).toBe(1)
  // A second round of the campaign had not even begun.
  expect((await messageOf(held[7] as string)).status).toBe('accepted')

  for (const id of held) expect((await stage.ended(id)).counts).toMatchObject({ sent: 200, failed: 0 })
})

/** How often deliveries were accepted, and how often more than once. */
function arrivals(platform: PushPlatform): { deliveries: number; repeats: number } {
  const times = Object.values(stage.sandbox.control.deliveries(platform))
  return { deliveries: times.length, repeats: times.reduce((sum, n) => sum + n - 1, 0) }
}

/** Open batches that have not been tried to the end once. */
async function firstAttempts(): Promise<number> {
  const rows = await stage.server.store.db
    .selectFrom('batches')
    .select('id')
    .where('closed_at', 'is', null)
    .where('attempt', '=', 1)
    .execute()
  return rows.length
}

type Key = Parameters<Stage['sandbox']['control']['addApnsAccount']>[0]

async function openAppWithKey(name: string, key: Key) {
  const opened = await stage.openApp(name)
  const saveKey = async (from: Key) => {
    const credential = stage.sandbox.control.addApnsAccount(from)
    await stage.api('PUT', `/v1/apps/${opened.app.id}/credentials/apns`, {
      auth: 'token',
      environment: 'production',
      ...credential,
    })
    return credential
  }
  return { ...opened, saveKey, credential: await saveKey(key) }
}
