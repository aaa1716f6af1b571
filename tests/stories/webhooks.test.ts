import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClock, openStage, recipientsOf, type Stage, until } from './stage.ts'
import { type Receiver, type Reply, signaturesBy, startReceiver } from './webhook-receiver.ts'

const secondMs = 1_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs

let stage: Stage
let receiver: Receiver
const clock = createClock()

beforeAll(async () => {
  receiver = await startReceiver()
  stage = await openStage({ now: clock.now, reach: { hosts: [receiver.host], ca: [receiver.caPem] } })
})
afterAll(async () => {
  await stage?.close()
  await receiver?.close()
})

interface Hook {
  id: string
  secret: string
}

const hooked = (path: string, fields: Record<string, unknown> = {}): Promise<Hook> =>
  stage.api('POST', '/v1/webhooks', { url: receiver.origin + path, ...fields })
const webhook = (id: string) => stage.api('GET', `/v1/webhooks/${id}`)
const attempts = async (id: string, query = '') =>
  (await stage.api('GET', `/v1/webhooks/${id}/attempts?limit=200${query}`)).data

/** Moves the clock once no webhook is at work, whose lease would seem to run out; then what is due is looked at. */
const pass = async (ms: number) => {
  const { db } = stage.server.store
  await until(async () => {
    const { rows } = await sql`select from webhooks where lease_until is not null`.execute(db)
    return rows.length === 0
  })
  clock.pass(ms)
  await sql`select pg_notify('events', '')`.execute(db)
}

/** One message to one new device: an event of each of three types. */
async function sendOne(title = 'Hello') {
  const [subscribed] = await stage.subscribe({ platform: 'apns' })
  return stage.send({ to: { subscription_ids: [subscribed?.id] }, content: { title } })
}

const finished = 'message.finished'

/** Until the end of a message can be read. */
const inTheLog = ({ id }: { id: string }) =>
  until(async () => {
    const path = `/v1/stream?offset=earliest&follow=false&types=${finished}`
    return (await stage.server.request('GET', path)).body.includes(id)
  })

test('a message’s life arrives as signed events, in order', async () => {
  const { secret } = await hooked('/life')
  const [subscribed] = await stage.subscribe({ platform: 'apns' })
  const message = await stage.send({
    to: { subscription_ids: [subscribed?.id] },
    content: { title: 'Tap me' },
    metadata: { order: '42' },
  })
  const [recipient] = await recipientsOf(stage.api, message.id)
  await until(() => receiver.at('/life').some(({ event }) => event.type === finished))
  await stage.api('POST', '/v1/interactions', { delivery_id: recipient?.delivery_id, type: 'opened' })
  await until(() => receiver.at('/life').some(({ event }) => event.type === 'interaction.opened'))

  const got = receiver.at('/life')
  expect(got.map(({ event }) => event.type)).toEqual([
    'subscription.created',
    'message.accepted',
    'delivery.sent',
    finished,
    'interaction.opened',
  ])
  for (const each of got) {
    expect(await signaturesBy(secret, each)).toBe(1)
    expect(each.signatures.split(' ')).toHaveLength(1)
    expect(Math.abs(each.timestampSeconds - clock.now().getTime() / 1_000)).toBeLessThan(60)
    expect(Object.keys(each.event)).toEqual(['type', 'timestamp', 'data'])
  }
  expect(new Set(got.map(({ id }) => id)).size).toBe(got.length)

  const [created, accepted, sent, end, opened] = got.map(({ event }) => event.data)
  const about = { message_id: message.id, app_id: stage.app.id, metadata: { order: '42' } }
  expect(created).toMatchObject({ app_id: stage.app.id, subscriptions: [{ id: subscribed?.id }] })
  expect(accepted).toMatchObject({ ...about, estimated_recipients: 1, dry_run: false })
  const delivery = { delivery_id: recipient?.delivery_id, subscription_id: subscribed?.id }
  expect(sent).toMatchObject({
    ...about,
    deliveries: [{ ...delivery, platform: 'apns', reason: 'accepted', attempts: 1 }],
  })
  expect(end).toMatchObject({ ...about, status: 'finished', counts: { targeted: 1, sent: 1 } })
  expect(opened).toMatchObject({ ...about, interactions: [{ ...delivery, action_id: null }] })
})

test('a webhook gets the types that it asked for, and what happened before it was made is not sent', async () => {
  await inTheLog(await sendOne())
  await hooked('/some', { types: [finished, 'message.cancelled'] })
  const message = await sendOne()
  await until(() => receiver.at('/some').length > 0)
  const later = clock.now().getTime() + hourMs
  const scheduled = await stage.start({
    to: { all: true },
    content: { title: 'Later' },
    start_at: new Date(later).toISOString(),
  })
  await stage.api('POST', `/v1/messages/${scheduled}/cancel`)
  await until(() => receiver.at('/some').length > 1)
  expect(receiver.at('/some').map(({ event }) => [event.type, event.data.message_id])).toEqual([
    [finished, message.id],
    ['message.cancelled', scheduled],
  ])
})

test('a receiver that crashed gets what it missed once it is back, with the same id and a new signature', async () => {
  const { id, secret } = await hooked('/crash', { types: [finished] })
  let reply: Reply = 'cut'
  receiver.reply('/crash', () => reply)
  const lost = await sendOne('Lost')
  // At once: the next attempt is five seconds away, in real time.
  await until(() => receiver.at('/crash').length > 0)
  await receiver.stop()
  await pass(6 * secondMs)
  await until(async () => (await attempts(id)).length === 2)
  const failed = await attempts(id)
  expect(failed.map(({ failure }: { failure: string }) => failure)).toEqual(['ECONNREFUSED', 'ECONNRESET'])
  expect(failed[0]).toMatchObject({ attempt: 2, succeeded: false, status: null, type: finished })
  expect(await webhook(id)).toMatchObject({ retrying: 1, failing_since: expect.any(String) })

  reply = { status: 200 }
  await receiver.startAgain()
  // What comes meanwhile does not wait for what failed.
  const next = await sendOne('Next')
  await until(() => receiver.at('/crash').length === 2)
  await pass(6 * 60 * secondMs)
  await until(() => receiver.at('/crash').length === 3)
  const [first, second, again] = receiver.at('/crash')
  expect([first, second, again].map((each) => each?.event.data.message_id)).toEqual([
    lost.id,
    next.id,
    lost.id,
  ])
  expect(again?.id).toBe(first?.id)
  expect(again?.timestampSeconds).toBeGreaterThan(first?.timestampSeconds as number)
  for (const each of receiver.at('/crash')) expect(await signaturesBy(secret, each)).toBe(1)
  await until(async () => (await webhook(id)).retrying === 0)
  expect(await webhook(id)).toMatchObject({ failing_since: null, last_success_at: expect.any(String) })
  expect(
    (await attempts(id, `&event_id=${first?.id}`)).map((each: { attempt: number }) => each.attempt),
  ).toEqual([3, 2, 1])
})

test('events are replayed one by one and by a span of time, under the ids they had', async () => {
  const { id } = await hooked('/replay', { types: [finished] })
  const from = new Date().toISOString()
  await sendOne()
  await sendOne()
  await until(() => receiver.at('/replay').length === 2)
  const [first, second] = receiver.at('/replay')
  expect(await stage.api('POST', `/v1/webhooks/${id}/replay`, { event_ids: [first?.id] })).toEqual({
    queued: 1,
  })
  await until(() => receiver.at('/replay').length === 3)
  expect(await stage.api('POST', `/v1/webhooks/${id}/replay`, { from })).toEqual({ queued: 2 })
  await until(() => receiver.at('/replay').length === 5)
  expect(receiver.at('/replay').map((each) => each.id)).toEqual([
    first?.id,
    second?.id,
    first?.id,
    first?.id,
    second?.id,
  ])
  const unknown = await stage.server.request('POST', `/v1/webhooks/${id}/replay`, {
    event_ids: ['evt_999999999'],
  })
  expect(unknown).toMatchObject({ status: 422, body: { errors: [{ pointer: '/event_ids' }] } })
})

test('after a rotation two secrets sign for 24 hours, then the new one alone', async () => {
  const { id, secret: old } = await hooked('/rotate', { types: [finished] })
  const { secret } = await stage.api('POST', `/v1/webhooks/${id}/rotate-secret`)
  const signedBy = async (n: number) => {
    await sendOne()
    await until(() => receiver.at('/rotate').length === n)
    const last = receiver.at('/rotate').at(-1)
    if (!last) throw new Error('Nothing arrived.')
    return [await signaturesBy(secret, last), await signaturesBy(old, last)]
  }
  expect(await signedBy(1)).toEqual([1, 1])
  await pass(dayMs + secondMs)
  expect(await signedBy(2)).toEqual([1, 0])
  for (const path of ['/v1/webhooks', `/v1/webhooks/${id}`])
    expect(JSON.stringify(await stage.api('GET', path))).not.toContain('whsec_')
})

test('a test event says what the receiver answered, enabled or not', async () => {
  const { id, secret } = await hooked('/test', { enabled: false })
  receiver.reply('/test', () => ({ status: 418, body: 'x'.repeat(5_000) }))
  const result = await stage.api('POST', `/v1/webhooks/${id}/test`)
  expect(result).toMatchObject({ succeeded: false, status: 418, type: 'webhook.test', next_at: null })
  expect(result.answer).toBe('x'.repeat(1_024))
  const [got] = receiver.at('/test')
  expect(got?.event).toMatchObject({ type: 'webhook.test', data: { webhook_id: id } })
  expect(got && (await signaturesBy(secret, got))).toBe(1)
  expect(await attempts(id)).toEqual([result])
})

test('a redirect is a failure, Retry-After is obeyed, and 410 disables', async () => {
  const { id } = await hooked('/asks', { types: [finished] })
  const replies: Reply[] = [
    { status: 302, headers: { location: `${receiver.origin}/elsewhere` } },
    { status: 503, headers: { 'retry-after': '1800' } },
    { status: 410 },
  ]
  receiver.reply('/asks', () => replies.shift() ?? { status: 200 })
  await sendOne()
  await until(async () => (await attempts(id)).length === 1)
  await pass(6 * secondMs)
  await until(async () => (await attempts(id)).length === 2)
  const [{ at, next_at }] = await attempts(id)
  expect(Date.parse(next_at) - Date.parse(at)).toBeGreaterThanOrEqual(1_790 * secondMs)
  expect((await webhook(id)).held_until).not.toBeNull()
  // Not even something new is sent before.
  const other = await hooked('/asks-too', { types: [finished] })
  await sendOne()
  await until(async () => (await attempts(other.id)).length === 1)
  expect(receiver.at('/asks')).toHaveLength(2)

  await pass(1_810 * secondMs)
  await until(async () => !(await webhook(id)).enabled)
  expect(await webhook(id)).toMatchObject({ disabled_reason: 'gone', disabled_at: expect.any(String) })
  expect(receiver.at('/elsewhere')).toEqual([])

  await stage.api('PATCH', `/v1/webhooks/${id}`, { enabled: true })
  await pass(30 * hourMs)
  // The first event, and the one that came while nothing was sent.
  await until(async () => (await attempts(id, '&outcome=succeeded')).length === 2)
  expect(await webhook(id)).toMatchObject({ enabled: true, disabled_reason: null, retrying: 0 })
})

test('a webhook to which nothing gets through is held, and disabled after three days, with the reason', async () => {
  const { id } = await hooked('/down', { types: [finished, 'delivery.sent', 'message.accepted'] })
  receiver.reply('/down', () => ({ status: 500, body: 'Down for good' }))
  await sendOne()
  await sendOne()
  await until(async () => (await webhook(id)).held_until !== null)
  // Five in a row hold it: the sixth event waits and uses up no attempt.
  expect(receiver.at('/down')).toHaveLength(5)
  for (let i = 0; i < 40 && (await webhook(id)).enabled; i++) {
    const before = receiver.at('/down').length
    await pass(6 * hourMs)
    await until(async () => receiver.at('/down').length > before || !(await webhook(id)).enabled)
    await until(async () => (await webhook(id)).held_until !== null || !(await webhook(id)).enabled)
  }
  expect(await webhook(id)).toMatchObject({
    enabled: false,
    disabled_reason: 'failing',
    disabled_detail: expect.stringContaining('status 500'),
  })
  const [last] = await attempts(id)
  expect(last).toMatchObject({ status: 500, answer: 'Down for good' })
})

test('a receiver that hangs delays no other webhook', async () => {
  const slow = await hooked('/slow', { types: ['message.accepted', 'delivery.sent', finished] })
  const quick = await hooked('/quick', { types: ['message.accepted', 'delivery.sent', finished] })
  receiver.reply('/slow', () => 'hang')
  const startedAt = performance.now()
  await sendOne()
  await until(() => receiver.at('/quick').length === 3)
  // The slow one's first request has not timed out yet: that takes 3 seconds here.
  expect(performance.now() - startedAt).toBeLessThan(3_000)
  expect(receiver.at('/slow')).toHaveLength(1)
  await until(async () => (await attempts(slow.id)).length > 0)
  expect((await attempts(slow.id)).at(-1)).toMatchObject({ failure: 'TIMEOUT', status: null })
  expect((await attempts(quick.id)).every((each: { succeeded: boolean }) => each.succeeded)).toBe(true)
  await stage.api('DELETE', `/v1/webhooks/${slow.id}`)
})

test('private and plain addresses are refused, those the operator allowed are not', async () => {
  const make = async (url: string) => {
    const { status, body } = await stage.server.request('POST', '/v1/webhooks', { url, enabled: false })
    return [status, body.errors?.[0].pointer]
  }
  for (const url of [
    'https://127.0.0.1/hook',
    'https://127.0.0.1:1/hook',
    'https://[::1]/hook',
    'https://[::ffff:10.0.0.1]/hook',
    'https://10.0.0.1/hook',
    'https://169.254.169.254/latest/meta-data',
    'https://2130706433/hook',
    'https://0x7f.1/hook',
    'https://localhost/hook',
    'https://LOCALHOST./hook',
    'https://a.localhost/hook',
    'http://example.com/hook',
    'ftp://example.com/hook',
    'https://user:password@example.com/hook',
    'https://example.com/hook#fragment',
    'example.com',
  ])
    expect([url, ...(await make(url))]).toEqual([url, 422, '/url'])
  expect(await make('https://example.com/hook')).toEqual([201, undefined])
  expect(await make(`${receiver.origin}/allowed`)).toEqual([201, undefined])
})
