import type { PushPlatform } from '@carillon/contract'
import type { Provider } from '@carillon/sandbox'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createClock, openStage, recipientsOf, type Stage, until } from './stage.ts'

const platforms: PushPlatform[] = ['apns', 'fcm', 'webpush', 'wns']
const minuteMs = 60_000
const content = { title: 'Hello' }
const clock = createClock()
let stage: Stage

beforeAll(async () => {
  stage = await openStage({ now: clock.now })
})
afterAll(() => stage?.close())
beforeEach(() => stage.sandbox.control.clearFaults())

const subscriptionOf = (id: string) => stage.api('GET', `/v1/subscriptions/${id}`)

async function statusesOf(appId: string): Promise<Record<string, number>> {
  const rows = await stage.server.store.db
    .selectFrom('subscriptions')
    .select(['status', (eb) => eb.fn.countAll<number>().as('n')])
    .where('app_id', '=', appId)
    .groupBy('status')
    .execute()
  return Object.fromEntries(rows.map(({ status, n }) => [status, n]))
}

test('a round of 60 tokens that all look dead retires none: all are held, until somebody restores or retires them', async () => {
  const { app, send, seed } = await stage.openApp('All dead')
  await seed({ platform: 'apns', scenario: 'unregistered', invalid_since: aMinuteAhead(), count: 60 })
  const review = (decision: string) =>
    stage.api('POST', '/v1/subscriptions/suspects', { app_id: app.id, platform: 'apns', decision })

  const first = await send({ to: { all: true }, content })
  expect(first).toMatchObject({ failed: { token_unregistered: 60 }, retired_tokens: 0 })
  expect(await statusesOf(app.id)).toEqual({ suspect: 60 })
  expect((await send({ to: { all: true }, content })).excluded).toEqual({ token_suspect: 60 })

  expect(await review('restore')).toEqual({ changed: 60 })
  expect((await send({ to: { all: true }, content })).failed).toEqual({ token_unregistered: 60 })
  expect(await statusesOf(app.id)).toEqual({ suspect: 60 })

  expect(await review('retire')).toEqual({ changed: 60 })
  expect((await send({ to: { all: true }, content })).excluded).toEqual({ token_retired: 60 })
})

test('under 50 answers dead tokens are retired; when the hour reaches 50 without a success they are taken back', async () => {
  const { app, send, seed } = await stage.openApp('Slowly dead')
  const dead = { platform: 'fcm', scenario: 'unregistered' } as const
  await seed({ ...dead, count: 40 })
  const first = await send({ to: { all: true }, content })
  expect(first).toMatchObject({ failed: { token_unregistered: 40 }, retired_tokens: 40 })
  expect(await statusesOf(app.id)).toEqual({ retired: 40 })
  await seed({ ...dead, count: 20 })
  await send({ to: { all: true }, content })
  expect(await statusesOf(app.id)).toEqual({ suspect: 60 })
})

test.each([
  ['over 30 % dead holds them', 60, 40, { active: 60, suspect: 40 }],
  ['20 % dead is life, and they are retired', 80, 20, { active: 80, retired: 20 }],
])('in a round of 100 answers %s', async (name, alive, dead, statuses) => {
  const { app, send, seed } = await stage.openApp(name)
  await seed({ platform: 'wns', count: alive })
  await seed({ platform: 'wns', scenario: 'unregistered', count: dead })
  const message = await send({ to: { all: true }, content })
  expect(message.counts).toMatchObject({ sent: alive, failed: dead })
  expect(await statusesOf(app.id)).toEqual(statuses)
})

test.each([
  'apns',
  'fcm',
] as const)('a token refreshed between send and failure is kept (%s)', async (platform) => {
  const { app, start, register } = await stage.openApp(`Refreshed ${platform}`)
  const gone = { platform, app: app.names[platform], scenario: 'unregistered' } as const
  const [first, second] = stage.sandbox.control.createDevices({ ...gone, count: 2 })
  const [fresh] = stage.sandbox.control.createDevices({ ...gone, scenario: 'ok' })
  if (!first || !second || !fresh) throw new Error('No devices.')
  const replaced = await register(first, { device_id: 'replaced' })
  const refreshed = await register(second, { device_id: 'refreshed' })

  stage.sandbox.control.addFault({ provider: platform, fault: 'slow', delay_ms: 1_000 })
  const before = stage.sandbox.control.stats()[platform].requests
  const id = await start({ to: { all: true }, content })
  await until(() => stage.sandbox.control.stats()[platform].requests === before + 2)
  await register(fresh, { device_id: 'replaced' })
  await register(second, { device_id: 'refreshed' })
  const message = await stage.ended(id)

  expect(message).toMatchObject({ failed: { token_unregistered: 2 }, retired_tokens: 0 })
  expect((await subscriptionOf(replaced.id)).status).toBe('active')
  expect((await subscriptionOf(refreshed.id)).status).toBe('active')
})

test('a 410 that speaks of a time before the last registration retires none', async () => {
  const { subscribe, send } = await stage.openApp('Old news')
  const anHourAgo = clock.now().getTime() - 60 * minuteMs
  const [subscribed] = await subscribe({
    platform: 'apns',
    scenario: 'unregistered',
    invalid_since: anHourAgo,
  })
  const message = await send({ to: { all: true }, content })
  expect(message).toMatchObject({ failed: { token_unregistered: 1 }, retired_tokens: 0 })
  expect((await subscriptionOf(subscribed?.id as string)).status).toBe('active')
})

test.each(
  platforms,
)('a dead token is retired alone, further sends leave it out, and registering again revives the same subscription (%s)', async (platform) => {
  const { app, send, subscribe, register } = await stage.openApp(`One dead ${platform}`)
  const names = { platform, app: app.names[platform] }
  await subscribe({ platform, count: 3 })
  const [dying] = stage.sandbox.control.createDevices({
    ...names,
    scenario: 'unregistered',
    ...(platform === 'apns' ? { invalid_since: aMinuteAhead() } : {}),
  })
  const [reborn] = stage.sandbox.control.createDevices({ ...names, name: `Reborn ${platform}` })
  if (!dying || !reborn) throw new Error('No devices.')
  const { id } = await register(dying, { device_id: 'dying' })

  const first = await send({ to: { all: true }, content })
  expect(first).toMatchObject({
    counts: { sent: 3, failed: 1 },
    failed: { token_unregistered: 1 },
    retired_tokens: 1,
  })
  expect(await statusesOf(app.id)).toEqual({ active: 3, retired: 1 })
  expect((await subscriptionOf(id)).status).toBe('retired')
  const second = await send({ to: { all: true }, content })
  expect(second).toMatchObject({ counts: { sent: 3 }, excluded: { token_retired: 1 } })

  expect((await register(reborn, { device_id: 'dying' })).id).toBe(id)
  expect((await send({ to: { all: true }, content })).counts).toMatchObject({ targeted: 4, sent: 4 })
  expect(stage.sandbox.control.phone(reborn.id).notifications).toHaveLength(1)
})

test('a token of the other environment is delivered through the other host once, and the subscription is relabelled', async () => {
  const { subscribe, send } = await stage.openApp('Mixed up')
  const [mixed] = await subscribe({ platform: 'apns', scenario: 'wrong_environment' })
  const { apns, apnsSandbox } = stage.sandbox.control.stats()

  const message = await send({ to: { all: true }, content })
  expect(message).toMatchObject({ counts: { sent: 1 }, retired_tokens: 0 })
  expect(await subscriptionOf(mixed?.id as string)).toMatchObject({
    environment: 'sandbox',
    status: 'active',
  })
  expect((await send({ to: { all: true }, content })).counts.sent).toBe(1)
  const after = stage.sandbox.control.stats()
  expect(after.apns.requests - apns.requests).toBe(1)
  expect(after.apnsSandbox.accepted - apnsSandbox.accepted).toBe(2)
})

test('a message frozen before its device was relabelled goes to the host where the token is good', async () => {
  const { subscribe, start, send } = await stage.openApp('Relabelled meanwhile')
  const [mixed] = await subscribe({ platform: 'apns', scenario: 'wrong_environment' })
  const audience = { to: { subscription_ids: [mixed?.id] }, content }
  const waiting = await heldMessage(start, audience)
  expect((await send(audience)).counts.sent).toBe(1)

  await stage.api('POST', `/v1/messages/${waiting}/resume`)
  expect(await stage.ended(waiting)).toMatchObject({ counts: { sent: 1, failed: 0 }, retired_tokens: 0 })
  expect(await subscriptionOf(mixed?.id as string)).toMatchObject({
    environment: 'sandbox',
    status: 'active',
  })
})

test('with a key that Apple limits to production a token of the other environment fails alone, and is kept', async () => {
  const { app, subscribe, send } = await stage.openApp('Limited key')
  const account = {
    team_id: 'LIMITEDTM1',
    key_id: 'LIMITED001',
    environment: 'production',
    bundle_ids: ['com.example.limited'],
  } as const
  const credential = stage.sandbox.control.addApnsAccount({ ...account, bundle_ids: [...account.bundle_ids] })
  await stage.api('PUT', `/v1/apps/${app.id}/credentials/apns`, {
    auth: 'token',
    environment: 'production',
    ...credential,
  })
  const [mixed] = await subscribe({
    platform: 'apns',
    app: credential.bundle_id,
    scenario: 'wrong_environment',
  })
  await subscribe({ platform: 'apns', app: credential.bundle_id, count: 3 })
  const message = await send({ to: { all: true }, content })
  expect(message).toMatchObject({
    counts: { sent: 3 },
    failed: { token_wrong_context: 1 },
    retired_tokens: 0,
    holds: [],
  })
  expect((await subscriptionOf(mixed?.id as string)).status).toBe('active')
})

test('one hour of 503 retires no token and loses nothing: all arrives once, when the provider is back', async () => {
  const { app, start, seed } = await stage.openApp('Unavailable')
  for (const platform of platforms) await seed({ platform, count: 75 })
  stage.sandbox.control.record(true)
  failEverywhere(503)
  const id = await start({ to: { all: true }, content })
  await stage.settle()
  // In steps that meet every retry as soon as it is due, so that as many attempts as possible are used up.
  for (const seconds of [2, 6, 18, 54, 162, 486, 1_458, 1_414]) await pass(seconds / 60)

  const during = await stage.api('GET', `/v1/messages/${id}`)
  expect(during.counts).toMatchObject({ targeted: 300, pending: 300, sent: 0, failed: 0 })
  stage.sandbox.control.clearFaults()
  await pass(30)

  const message = await stage.ended(id)
  expect(message.counts).toMatchObject({ targeted: 300, sent: 300, failed: 0, excluded: 0 })
  expect(await statusesOf(app.id)).toEqual({ active: 300 })
  const ids = (await recipientsOf(stage.api, id)).map((row) => [row.delivery_id, 1])
  expect(arrivals()).toEqual(Object.fromEntries(ids))
  stage.sandbox.control.record(false)
})

test('one hour of 413 retires no token: the message fails, the devices stay', async () => {
  const { app, send, seed } = await stage.openApp('Too large for them')
  for (const platform of platforms) await seed({ platform, count: 75 })
  failEverywhere(413)
  for (let minute = 0; minute < 60; minute += 15) {
    const message = await send({ to: { all: true }, content })
    expect(message).toMatchObject({ failed: { message_rejected: 300 }, retired_tokens: 0 })
    await pass(15)
  }
  expect(await statusesOf(app.id)).toEqual({ active: 300 })
  stage.sandbox.control.clearFaults()
  expect((await send({ to: { all: true }, content })).counts.sent).toBe(300)
})

/** APNs says since when a token is dead; it has to be after the registration to count. */
function aMinuteAhead(): number {
  return clock.now().getTime() + minuteMs
}

function failEverywhere(status: number): void {
  for (const provider of platforms) stage.sandbox.control.addFault({ provider, fault: 'status', status })
}

async function pass(minutes: number): Promise<void> {
  clock.pass(minutes * minuteMs)
  await stage.wake()
  await stage.settle()
}

/** How often each delivery was accepted, whichever provider took it. */
function arrivals(): Record<string, number> {
  const { deliveries } = stage.sandbox.control
  return Object.assign({}, ...(platforms as Provider[]).map((provider) => deliveries(provider)))
}

/** A message that is frozen and paused before anything of it was sent: its lane was blocked meanwhile. */
async function heldMessage(
  start: (message: Record<string, unknown>) => Promise<string>,
  message: Record<string, unknown>,
): Promise<string> {
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'status', status: 403, times: 1 })
  const id = await start(message)
  await until(async () => (await stage.api('GET', `/v1/messages/${id}`)).holds.length === 1)
  await stage.api('POST', `/v1/messages/${id}/pause`)
  await pass(1)
  return id
}
