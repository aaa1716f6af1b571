import type { Message } from '@carillon/contract'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createClock, openStage, recipientsOf, type Stage, until } from './stage.ts'

const content = { title: 'Hello' }
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const clock = createClock()
let stage: Stage

beforeAll(async () => {
  stage = await openStage({ now: clock.now })
})
afterAll(() => stage?.close())
beforeEach(() => {
  stage.sandbox.control.clearFaults()
  stage.sandbox.control.clearStats()
  stage.sandbox.control.record(true)
})

const messageOf = (id: string): Promise<Message> => stage.api('GET', `/v1/messages/${id}`)
const change = (id: string, to: 'cancel' | 'pause' | 'resume') =>
  stage.api('POST', `/v1/messages/${id}/${to}`)
const inMinutes = (minutes: number) => new Date(clock.now().getTime() + minutes * minuteMs).toISOString()
const accepted = () => stage.sandbox.control.stats().apns.accepted

/** So that the middle of a send lasts long enough to do something in it. */
function answerSlowly(): void {
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'slow', delay_ms: 150 })
}

async function pass(ms: number): Promise<void> {
  await stage.settle()
  clock.pass(ms)
  await stage.wake()
  await stage.settle()
}

test('nothing is sent before start_at, to the minute', async () => {
  const { seed, start } = await stage.openApp('Later')
  await seed({ platform: 'apns', count: 300 })
  const id = await start({ to: { all: true }, content, start_at: inMinutes(60) })
  await pass(59 * minuteMs)
  expect(await messageOf(id)).toMatchObject({ status: 'scheduled', counts: { targeted: 0 } })
  expect(stage.sandbox.control.stats().apns.requests).toBe(0)
  await pass(minuteMs)
  expect((await stage.ended(id)).counts).toMatchObject({ targeted: 300, sent: 300 })
})

test.each([
  ['provider_unavailable', 503],
  ['credential_rejected', 403],
])('nothing is sent after expires_at: what waited for another try fails as %s', async (reason, status) => {
  const { seed, start } = await stage.openApp(`Expiring ${status}`)
  await seed({ platform: 'apns', count: 300 })
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'status', status })
  const id = await start({ to: { all: true }, content, expires_at: inMinutes(10) })
  await until(() => stage.sandbox.control.stats().apns.requests > 200)
  await stage.settle()
  stage.sandbox.control.clearFaults()
  const { requests } = stage.sandbox.control.stats().apns
  await pass(10 * minuteMs)
  expect(await stage.ended(id)).toMatchObject({
    status: 'finished',
    counts: { targeted: 300, sent: 0 },
    failed: { [reason]: 300 },
  })
  expect(stage.sandbox.control.stats().apns.requests).toBe(requests)
})

test('nothing is sent after cancel has answered, in the middle of 10,000 recipients', async () => {
  const { seed, start } = await stage.openApp('Cancelled')
  await seed({ platform: 'apns', count: 10_000 })
  answerSlowly()
  const id = await start({ to: { all: true }, content })
  await until(() => accepted() > 1_000)
  const answer = await change(id, 'cancel')
  const atAnswer = accepted()
  expect(answer).toMatchObject({ status: 'cancelled', in_flight: 0 })
  expect(atAnswer).toBeLessThan(10_000)

  const message = await stage.ended(id)
  await stage.settle()
  expect(accepted()).toBe(atAnswer)
  expect(message.counts).toMatchObject({ pending: 0, failed: 0, sent: atAnswer })
  expect(message.excluded).toEqual({ cancelled: message.counts.targeted - atAnswer })
})

test('nothing is sent while paused; resumed, all the others get it, and nobody twice', async () => {
  const { seed, start } = await stage.openApp('Paused')
  const other = await stage.openApp('Not paused')
  await seed({ platform: 'apns', count: 3_000 })
  await other.seed({ platform: 'apns', count: 1 })
  answerSlowly()
  const id = await start({ to: { all: true }, content })
  await until(() => accepted() > 300)
  expect(await change(id, 'pause')).toMatchObject({ status: 'paused', in_flight: 0 })
  const atAnswer = accepted()
  expect(atAnswer).toBeLessThan(3_000)
  await pass(60 * minuteMs)
  expect((await other.send({ to: { all: true }, content })).counts.sent).toBe(1)
  expect(accepted()).toBe(atAnswer + 1)

  await change(id, 'resume')
  expect((await stage.ended(id)).counts).toMatchObject({ targeted: 3_000, sent: 3_000 })
  const times = Object.values(stage.sandbox.control.deliveries('apns'))
  expect([times.length, Math.max(...times)]).toEqual([3_001, 1])
})

test.each([
  ['in the middle', 0],
  ['before it started', 60],
])('a message that was paused %s and is resumed after three days sends nothing stale', async (when, startsIn) => {
  const { seed, start } = await stage.openApp(`Stale ${when}`)
  await seed({ platform: 'apns', count: 2_000 })
  answerSlowly()
  const id = await start({ to: { all: true }, content, start_at: inMinutes(startsIn) })
  if (startsIn === 0) await until(() => accepted() > 100)
  await change(id, 'pause')
  const atAnswer = accepted()
  expect(atAnswer).toBeLessThan(2_000)
  await pass(3 * dayMs)
  await stage.api('POST', `/v1/messages/${id}/resume`).catch((error) => {
    expect(String(error)).toContain('nothing left to resume')
  })
  const message = await stage.ended(id)
  await stage.settle()
  expect(accepted()).toBe(atAnswer)
  expect(message.status).toBe(startsIn === 0 ? 'finished' : 'expired')
  expect(message.excluded).toEqual(startsIn === 0 ? { expired: message.counts.targeted - atAnswer } : {})
})

test('a message that ended without a single send stays finished; it does not turn expired a day later', async () => {
  const { subscribe, send } = await stage.openApp('Nobody')
  const [subscribed] = await subscribe({ platform: 'apns' })
  await stage.api('PATCH', `/v1/subscriptions/${subscribed?.id}`, { status: 'unsubscribed' })
  const { id, status } = await send({ to: { all: true }, content })
  expect(status).toBe('finished')
  await pass(2 * dayMs)
  expect(await messageOf(id)).toMatchObject({ status: 'finished', excluded: { unsubscribed: 1 } })
  const { data } = await stage.api('GET', '/v1/messages?status=finished')
  expect(data.map((message: Message) => message.id)).toContain(id)
  expect(await recipientsOf(stage.api, id)).toHaveLength(1)
})
