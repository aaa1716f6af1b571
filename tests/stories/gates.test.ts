import { type Cap, gates, type Message, quietHoursAtFirst, type Why } from '@carillon/contract'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newId } from '../../packages/server/src/00-kernel/index.ts'
import { isHeldOut } from '../../packages/server/src/70-dispatch/gates/holdout.ts'
import { createClock, openStage, recipientsOf, type Stage, until } from './stage.ts'

const content = { title: 'Hello' }
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const clock = createClock()
let stage: Stage

beforeAll(async () => {
  stage = await openStage({ now: clock.now })
})
afterAll(() => stage?.close())
beforeEach(async () => {
  stage.sandbox.control.clearFaults()
  stage.sandbox.control.clearStats()
  stage.sandbox.control.record(true)
  for (const { id } of (await stage.api('GET', '/v1/caps')).data) await stage.api('DELETE', `/v1/caps/${id}`)
  await settings({ time_zone: 'UTC', quiet_hours: quietHoursAtFirst, holdout: { percent: 0, salt: '1' } })
})

const settings = (change: object) => stage.api('PUT', '/v1/settings', change)
const cap = (name: string, limit: number, more: object = {}): Promise<Cap> =>
  stage.api('POST', '/v1/caps', {
    name,
    limit,
    window: { kind: 'rolling', length: 1, unit: 'days' },
    ...more,
  })
const messageOf = (id: string): Promise<Message> => stage.api('GET', `/v1/messages/${id}`)
const whyOf = (id: string, userId: string): Promise<Why> =>
  stage.api('GET', `/v1/messages/${id}/why?user_id=${userId}`)
const accepted = () => stage.sandbox.control.stats().apns.accepted

let people = 0

/** Somebody with so many phones in the app. */
async function person(
  { subscribe }: Awaited<ReturnType<Stage['openApp']>>,
  fields: object = {},
  phones = 1,
): Promise<string> {
  const email = `person-${++people}@example.com`
  const { id } = await stage.api('POST', '/v1/users', { attributes: { email }, ...fields })
  if (phones > 0) await subscribe({ platform: 'apns', count: phones }, email)
  return id
}

async function pass(ms: number): Promise<void> {
  await stage.settle()
  clock.pass(ms)
  await stage.wake()
  await stage.settle()
}

/** The next moment at which a clock in UTC shows this hour. */
async function passUntil(hour: number): Promise<void> {
  const now = clock.now()
  const at = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), hour)
  await pass((at > now.getTime() ? at : at + 24 * hourMs) - now.getTime())
}

async function reasonsOf(id: string): Promise<Record<string, string>> {
  const recipients = await recipientsOf(stage.api, id)
  return Object.fromEntries(recipients.map(({ user_id, reason }) => [user_id, reason])) as Record<
    string,
    string
  >
}

test('whoever has refused a topic gets none of it, by the channel that they refused', async () => {
  const app = await stage.openApp('Consent')
  await stage.api('PUT', '/v1/topics/news', { title: 'News' })
  await stage.api('PUT', '/v1/topics/offers', { title: 'Offers', model: 'opt_in' })
  const silent = await person(app)
  const agrees = await person(app, { consents: { news: 'granted', 'offers:push': 'granted' } })
  const refuses = await person(app, { consents: { news: 'granted', 'news:push': 'denied' } })
  const mailOnly = await person(app, { consents: { 'news:sms': 'denied', 'offers:email': 'granted' } })
  const noMarketing = await person(app, { consents: { marketing: 'denied', offers: 'granted' } })
  const sendTo = async (message: object) => {
    const { id } = await app.send({
      to: { user_ids: [silent, agrees, refuses, mailOnly, noMarketing] },
      content,
      ...message,
    })
    const reasons = await reasonsOf(id)
    return [silent, agrees, refuses, mailOnly, noMarketing].map((each) => reasons[each])
  }
  const [ok, no] = ['accepted', 'no_consent']
  expect(await sendTo({ topic: 'news' })).toEqual([ok, ok, no, ok, no])
  expect(await sendTo({ topic: 'offers' })).toEqual([no, ok, no, no, no])
  expect(await sendTo({})).toEqual([ok, ok, ok, ok, no])
  expect(await sendTo({ category: 'transactional' })).toEqual([ok, ok, ok, ok, ok])

  const { id } = await app.send({ to: { user_ids: [refuses] }, content, topic: 'news' })
  const { answer, deliveries } = await whyOf(id, refuses)
  expect(answer).toContain('has not agreed')
  expect(deliveries[0]?.trace.at(-1)).toMatchObject({
    step: 'consent',
    ok: false,
    detail: expect.stringContaining('news:push is denied'),
  })
  // What somebody takes back is forgotten, and counts from the next message on.
  await stage.api('PATCH', `/v1/users/${refuses}`, { consents: { 'news:push': null } })
  expect((await stage.api('GET', `/v1/users/${refuses}`)).consents).toEqual({ news: 'granted' })
  expect((await app.send({ to: { user_ids: [refuses] }, content, topic: 'news' })).counts.sent).toBe(1)
})

test('a topic has the channels it names, a built-in one can be tightened, and an unknown one is refused', async () => {
  const app = await stage.openApp('Topics')
  const userId = await person(app)
  await stage.api('PUT', '/v1/topics/letters', { title: 'Letters', channels: ['email'] })
  const letters = await app.send({ to: { user_ids: [userId] }, content, topic: 'letters' })
  expect(letters.excluded).toEqual({ no_consent: 1 })
  await expect(app.start({ to: { user_ids: [userId] }, content, topic: 'unknown' })).rejects.toThrow('topic')

  await stage.api('PUT', '/v1/topics/marketing', { title: 'Marketing', model: 'opt_in' })
  expect((await app.send({ to: { user_ids: [userId] }, content })).excluded).toEqual({ no_consent: 1 })
  await stage.api('DELETE', '/v1/topics/marketing')
  expect((await app.send({ to: { user_ids: [userId] }, content })).counts.sent).toBe(1)
  await expect(stage.api('DELETE', '/v1/topics/marketing')).rejects.toThrow('409')
  const { data } = await stage.api('GET', '/v1/topics')
  expect(data.filter((topic: { built_in: boolean }) => topic.built_in)).toHaveLength(2)
})

test('a device shows and changes what its person agreed to, and no other app’s key may', async () => {
  const app = await stage.openApp('Preferences')
  await stage.api('PUT', '/v1/topics/tips', { title: 'Tips', model: 'opt_in', channels: ['push', 'email'] })
  const email = 'preferences@example.com'
  const { id: userId } = await stage.api('POST', '/v1/users', { attributes: { email } })
  const [phone] = await app.subscribe({ platform: 'apns' }, email)
  const [stranger] = await app.subscribe({ platform: 'apns' })
  const { publishable_key: key } = await stage.api('GET', `/v1/apps/${app.app.id}`)
  const { publishable_key: otherKey } = await stage.api('GET', `/v1/apps/${stage.app.id}`)
  const call = (method: string, body?: object, as = key, id = phone?.id) =>
    stage.server.request(method, `/v1/subscriptions/${id}/preferences`, body, {
      authorization: `Bearer ${as}`,
    })

  const tips = { topic: 'tips', title: 'Tips', description: null }
  expect((await call('GET')).body.data).toContainEqual({ ...tips, channels: { push: false, email: false } })
  const changed = await call('PATCH', { consents: { tips: 'granted', 'tips:email': 'denied' } })
  expect(changed.body.data).toContainEqual({ ...tips, channels: { push: true, email: false } })
  expect((await app.send({ to: { user_ids: [userId] }, content, topic: 'tips' })).counts.sent).toBe(1)

  expect((await call('PATCH', { consents: { transactional: 'denied' } })).status).toBe(422)
  expect((await call('PATCH', { consents: { 'tips:sms': 'denied' } })).status).toBe(422)
  expect((await call('GET', undefined, otherKey)).status).toBe(403)
  expect((await call('GET', undefined, key, stranger?.id)).status).toBe(409)
})

test('the holdout gets nothing but transactional messages, and everybody else everything', async () => {
  const { seed, send } = await stage.openApp('Holdout')
  const seeded = await seed({ platform: 'apns', count: 300 }, { city: 'Bonn' })
  await seed({ platform: 'apns', count: 5 })
  await settings({ holdout: { percent: 30 } })
  const held = seeded.filter(({ userId }) => isHeldOut({ percent: 30, salt: '1' }, userId as string))
  const promotion = await send({ to: { all: true }, content })
  expect(promotion).toMatchObject({ counts: { sent: 305 - held.length }, excluded: { holdout: held.length } })
  const reasons = await reasonsOf(promotion.id)
  expect(held.map(({ userId }) => reasons[userId as string])).toEqual(held.map(() => 'holdout'))
  expect((await send({ to: { all: true }, content, category: 'transactional' })).counts.sent).toBe(305)
})

test('a person gets as many messages as a cap allows, and the why-view names the cap', async () => {
  const app = await stage.openApp('Caps')
  const userId = await person(app, {}, 2)
  const [anonymous] = await app.subscribe({ platform: 'apns' })
  await cap('Two a day', 2)
  const to = { user_ids: [userId] }
  // Both phones get it, and it counts once.
  for (const n of [1, 2]) expect((await app.send({ to, content: { title: `${n}` } })).counts.sent).toBe(2)
  const third = await app.send({ to, content })
  expect(third).toMatchObject({ counts: { sent: 0 }, excluded: { capped: 2 } })
  expect((await whyOf(third.id, userId)).deliveries[0]?.trace.at(-1)).toMatchObject({
    step: 'caps',
    ok: false,
    detail: expect.stringContaining('Two a day'),
  })
  expect((await app.send({ to, content, category: 'transactional' })).counts.sent).toBe(2)
  expect((await app.send({ to, content: { silent: true, data: { a: 1 } } })).counts.sent).toBe(2)
  const device = { subscription_ids: [anonymous?.id] }
  for (const _ of [1, 2, 3]) expect((await app.send({ to: device, content })).counts.sent).toBe(1)
  await pass(24 * hourMs)
  expect((await app.send({ to, content })).counts.sent).toBe(2)
})

test('a cap of a tag counts the messages that carry it, those of campaigns too', async () => {
  const app = await stage.openApp('Tags')
  const userId = await person(app)
  await cap('One promotion', 1, { scope: { kind: 'tag', tag: 'promo' } })
  const to = { user_ids: [userId] }
  expect((await app.send({ to, content, tags: ['promo', 'summer'] })).counts.sent).toBe(1)
  expect((await app.send({ to, content, tags: ['promo'] })).excluded).toEqual({ capped: 1 })
  expect((await app.send({ to, content, tags: ['summer'] })).counts.sent).toBe(1)

  const segment = await stage.api('POST', '/v1/segments', {
    name: 'The one with the cap',
    conditions: [
      { number: 1, attribute: 'email', operator: 'equals', value: `person-${people}@example.com` },
    ],
  })
  const campaign = await stage.api('POST', '/v1/campaigns', {
    name: 'Promotion',
    segment_ids: [segment.id],
    zone: 'UTC',
    start_local: '2026-01-01T00:00',
    end_local: '2100-01-01T00:00',
    messages: [{ name: 'First', app_id: app.app.id, content, tags: ['promo'], topic: 'marketing' }],
  })
  await stage.api('POST', `/v1/campaigns/${campaign.id}/start`)
  const runs = () => stage.api('GET', `/v1/messages?campaign_id=${campaign.id}`)
  await until(async () => (await runs()).data[0]?.status === 'finished')
  expect((await runs()).data[0]).toMatchObject({
    tags: ['promo'],
    topic: 'marketing',
    excluded: { capped: 1 },
  })
})

test('a delivery that fails gives its use back', async () => {
  const app = await stage.openApp('Released')
  const userId = await person(app)
  await cap('One a day', 1)
  const to = { user_ids: [userId] }
  const unrendered = await app.send({ to, content: { title: 'Hello {{ user.nickname }}' } })
  expect(unrendered.excluded).toEqual({ render_error: 1 })
  const fault = { provider: 'apns', fault: 'status', status: 400, reason: 'BadTopic', times: 1 } as const
  stage.sandbox.control.addFault(fault)
  expect((await app.send({ to, content })).failed).toEqual({ message_rejected: 1 })
  expect((await app.send({ to, content })).counts.sent).toBe(1)
  expect((await app.send({ to, content })).excluded).toEqual({ capped: 1 })
})

test('a message of high priority takes the place of one that waits for another attempt', async () => {
  const app = await stage.openApp('Displaced')
  const userId = await person(app)
  await cap('One a day', 1)
  const to = { user_ids: [userId] }
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'status', status: 503, times: 1 })
  const waiting = await app.start({ to, content })
  await until(() => stage.sandbox.control.stats().apns.requests === 1)
  await stage.settle()
  expect((await app.send({ to, content })).excluded).toEqual({ capped: 1 })
  const critical = await app.send({ to, content, priority: 'high' })
  expect(critical.counts.sent).toBe(1)
  await pass(minuteMs)
  expect(await stage.ended(waiting)).toMatchObject({ counts: { sent: 0 }, excluded: { capped: 1 } })
  expect(accepted()).toBe(1)
})

test('what waits for another attempt keeps its place, and gives it back when it is cancelled', async () => {
  const app = await stage.openApp('Cancelled with a use')
  const userId = await person(app)
  await cap('One a day', 1)
  const to = { user_ids: [userId] }
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'status', status: 503, times: 1 })
  const waiting = await app.start({ to, content })
  await until(() => stage.sandbox.control.stats().apns.requests === 1)
  await stage.settle()
  await stage.api('POST', `/v1/messages/${waiting}/cancel`)
  expect((await stage.ended(waiting)).excluded).toEqual({ cancelled: 1 })
  expect((await app.send({ to, content })).counts.sent).toBe(1)
})

test('a window that breaks off between taking uses and recording them takes its own again', async () => {
  const app = await stage.openApp('Broken off')
  const email = 'broken-off@example.com'
  const { id: userId } = await stage.api('POST', '/v1/users', { attributes: { email } })
  await app.subscribe({ platform: 'apns', scenario: 'slow', slow_ms: 1_500, count: 2 }, email)
  await cap('One a day', 1)
  const id = await app.start({ to: { user_ids: [userId] }, content })
  await until(() => accepted() === 2)
  // As if the worker had died with the answers in its hands: another one takes the batch.
  await stage.server.store.db
    .updateTable('batches')
    .set({ lease_until: new Date(clock.now().getTime() - 1_000) })
    .where('closed_at', 'is', null)
    .execute()
  await stage.wake()
  expect((await stage.ended(id)).counts).toMatchObject({ targeted: 2, sent: 2 })
  const { uses } = await stage.server.store.db
    .selectFrom('cap_uses')
    .select('uses')
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  expect(uses.split('\n')).toHaveLength(1)
})

test('two workers, two messages at once and a cap of one: 10,000 people get exactly one of them', async () => {
  const [one, two] = [await stage.openApp('Shared cap'), await stage.openApp('Shared cap too')]
  const seeded = await one.seed({ platform: 'apns', count: 10_000 }, { city: 'Bonn' })
  const ids = seeded.map(() => newId(clock.now().getTime()))
  // The same phones in another app: another lane, so that neither message waits for the other.
  await sql`
    insert into subscriptions (id, workspace_id, app_id, platform, environment, token, token_hash, user_id, registered_at)
    select n.id, workspace_id, ${two.app.id}, platform, environment, token, token_hash, user_id, registered_at
    from subscriptions s join unnest(${ids}::uuid[], ${seeded.map(({ id }) => id)}::uuid[]) as n (id, was) on s.id = n.was`.execute(
    stage.server.store.db,
  )
  await cap('One a day', 1)
  const stop = await stage.startSecondDispatcher()
  const { db } = stage.server.store
  // So that neither is over before the other has begun.
  const later = new Date(clock.now().getTime() + 3_600_000)
  await sql`
    insert into lanes (app_id, platform, environment, blocked_until)
    select distinct app_id, platform, environment, ${later}::timestamptz from subscriptions
    where app_id in (${one.app.id}, ${two.app.id})`.execute(db)
  const both = await Promise.all([one, two].map(({ start }) => start({ to: { all: true }, content })))
  const read = (id: string) => stage.api('GET', `/v1/messages/${id}`)
  await until(async () => (await Promise.all(both.map(read))).every(({ freezing }) => !freezing))
  await sql`update lanes set blocked_until = null`.execute(db)
  await stage.wake()
  const messages = await Promise.all(both.map(stage.ended))
  await stop()
  const sent = messages.map(({ counts }) => counts.sent) as [number, number]
  expect(Math.min(...sent)).toBeGreaterThan(0)
  expect(sent[0] + sent[1]).toBe(10_000)
  expect(accepted()).toBe(10_000)
  expect(messages.map(({ excluded }) => excluded.capped)).toEqual(sent.map((n) => 10_000 - n))
}, 120_000)

test('quiet hours hold what comes at night where each person is, and send it when they end', async () => {
  const app = await stage.openApp('Night')
  await passUntil(23)
  await settings({ quiet_hours: { enabled: true, start: '22:00', end: '08:00', release_minutes: 30 } })
  const tokyo = await person(app, { timezone: 'Asia/Tokyo' })
  const london = await person(app, { timezone: 'UTC' })
  const unknown = await person(app)
  const lima = await person(app, { timezone: 'America/Lima' })
  const [device] = await app.subscribe({ platform: 'apns' })
  await stage.api('PATCH', `/v1/subscriptions/${device?.id}`, { timezone: 'America/Lima' })
  // 23:00 in UTC: 08:00 in Tokyo, 18:00 in Lima.
  const id = await app.start({ to: { all: true }, content, ttl_seconds: 86_400 })
  await stage.settle()
  const held = await messageOf(id)
  expect(held.counts).toMatchObject({ targeted: 5, sent: 3, pending: 2 })
  expect(held.holds).toEqual([
    expect.objectContaining({
      platform: 'apns',
      reason: 'quiet_hours',
      detail: expect.stringContaining('2 recipients'),
    }),
  ])
  const reasons = await reasonsOf(id)
  expect([tokyo, lima].map((each) => reasons[each])).toEqual(['accepted', 'accepted'])
  const why = await whyOf(id, london)
  expect(why.answer).toMatch(/Held for quiet hours until 08:[0-2]\d on \S+ in UTC/)
  expect(why.deliveries[0]?.trace).toMatchObject([{ step: 'quiet_hours', ok: null }])

  await passUntil(7)
  expect((await messageOf(id)).counts.sent).toBe(3)
  await pass(hourMs + 30 * minuteMs)
  expect((await stage.ended(id)).counts).toMatchObject({ sent: 5, pending: 0 })
  expect((await whyOf(id, unknown)).answer).toContain('Handed over')
})

test('what is held passes the caps again when quiet hours end', async () => {
  const app = await stage.openApp('Night and caps')
  await passUntil(23)
  await settings({ quiet_hours: { enabled: true, start: '22:00', end: '08:00', release_minutes: 0 } })
  await cap('One in twelve hours', 1, { window: { kind: 'rolling', length: 12, unit: 'hours' } })
  const userId = await person(app)
  const to = { user_ids: [userId] }
  const [first, second] = [await app.start({ to, content }), await app.start({ to, content })]
  await stage.settle()
  // Held ones hold no use.
  expect([(await messageOf(first)).counts.pending, (await messageOf(second)).counts.pending]).toEqual([1, 1])
  await passUntil(9)
  const both = [await stage.ended(first), await stage.ended(second)]
  expect(both.map(({ counts }) => counts.sent).sort()).toEqual([0, 1])
  expect(accepted()).toBe(1)
})

test('what expires before quiet hours end, or may not wait, ends with the reason', async () => {
  const app = await stage.openApp('Short night')
  await passUntil(23)
  await settings({ quiet_hours: { enabled: true, start: '22:00', end: '08:00', release_minutes: 0 } })
  const userId = await person(app)
  const to = { user_ids: [userId] }
  expect((await app.send({ to, content, ttl_seconds: 3_600 })).excluded).toEqual({ quiet_hours: 1 })
  expect((await app.send({ to, content, dry_run: true })).excluded).toEqual({ dry_run: 1 })
  expect((await app.send({ to, content, category: 'transactional' })).counts.sent).toBe(1)
  await settings({ quiet_hours: { transactional: 'obey', action: 'drop' } })
  const dropped = await app.send({ to, content, category: 'transactional' })
  expect(dropped.excluded).toEqual({ quiet_hours: 1 })
  expect((await whyOf(dropped.id, userId)).deliveries[0]?.trace.at(-1)).toMatchObject({
    step: 'quiet_hours',
    detail: expect.stringContaining('until 08:00 in UTC'),
  })
  await settings({ quiet_hours: { channels: ['sms'] } })
  expect((await app.send({ to, content })).counts.sent).toBe(1)
})

test('quiet hours are changed in parts, and never become a whole day', async () => {
  const change = (quiet_hours: object) => stage.server.request('PUT', '/v1/settings', { quiet_hours })
  expect((await change({ start: '21:00', days: ['friday'] })).body.quiet_hours).toEqual({
    ...quietHoursAtFirst,
    start: '21:00',
    days: ['friday'],
  })
  for (const all of [{ end: '21:00' }, { start: '07:00', end: '07:00' }])
    expect(await change(all)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/quiet_hours/end' }] },
    })
  expect((await stage.api('GET', '/v1/settings')).quiet_hours).toMatchObject({ start: '21:00', end: '08:00' })
})

test('a zone that this machine does not know is nobody’s, and breaks nothing', async () => {
  const app = await stage.openApp('Lost zone')
  const userId = await person(app)
  await stage.server.store.db
    .updateTable('users')
    .set({ timezone: 'Atlantis/Capital' })
    .where('id', '=', userId)
    .execute()
  await passUntil(12)
  await cap('A day', 1, { window: { kind: 'calendar', unit: 'day' } })
  await settings({ quiet_hours: { enabled: true, start: '22:00', end: '08:00' } })
  expect((await app.send({ to: { user_ids: [userId] }, content })).counts.sent).toBe(1)
})

test('a night’s audience waits in few batches, however many windows and zones it came from', async () => {
  const { seed, start } = await stage.openApp('Big night')
  const seeded = await seed({ platform: 'apns', count: 3_000 }, { city: 'Bonn' })
  const zones = ['Europe/Berlin', 'Europe/Paris', 'Europe/London', 'Africa/Lagos', 'Europe/Athens']
  for (const [i, zone] of zones.entries())
    await stage.server.store.db
      .updateTable('users')
      .set({ timezone: zone })
      .where(
        'id',
        'in',
        seeded.filter((_, n) => n % zones.length === i).map(({ userId }) => userId as string),
      )
      .execute()
  await passUntil(1)
  await settings({ quiet_hours: { enabled: true, start: '22:00', end: '08:00', release_minutes: 0 } })
  const id = await start({ to: { all: true }, content })
  await stage.settle()
  const open = await stage.server.store.db
    .selectFrom('batches')
    .innerJoin('messages', 'messages.seq', 'batches.message_seq')
    .select(['batches.size', 'due_at'])
    .where('messages.id', '=', id)
    .where('closed_at', 'is', null)
    .execute()
  expect(open.reduce((sum, { size }) => sum + size, 0)).toBe(3_000)
  // Twelve windows with three ends of the night among them; those at the same time may each begin a batch.
  expect(open.length).toBeLessThanOrEqual(16)
  await passUntil(9)
  expect((await stage.ended(id)).counts).toMatchObject({ targeted: 3_000, sent: 3_000 })
  const times = Object.values(stage.sandbox.control.deliveries('apns'))
  expect(Math.max(...times)).toBe(1)
})

test('the gates stand in the documented order: of several reasons the first is told', async () => {
  const app = await stage.openApp('Everything at once')
  await passUntil(23)
  // Half of all people are in this holdout; whoever is not is no use here.
  await settings({ holdout: { percent: 50 } })
  let userId = await person(app, {}, 0)
  while (!isHeldOut({ percent: 50, salt: '1' }, userId)) userId = await person(app, {}, 0)
  const [phone] = await app.subscribe({ platform: 'apns' }, `person-${people}@example.com`)
  const device = `/v1/subscriptions/${phone?.id}`
  await cap('Full', 1, { counts_transactional: true })
  await app.send({ to: { user_ids: [userId] }, content, category: 'transactional' })
  await settings({ quiet_hours: { enabled: true, action: 'drop' } })
  await stage.api('PATCH', `/v1/users/${userId}`, { consents: { marketing: 'denied' } })
  await stage.api('PATCH', device, { permission: 'denied', status: 'unsubscribed' })
  await stage.api('POST', `/v1/apps/${app.app.id}/unpublish`)

  const [full] = (await stage.api('GET', '/v1/caps')).data
  const told: string[] = []
  for (const relieve of [
    () => stage.api('POST', `/v1/apps/${app.app.id}/publish`),
    () => stage.api('PATCH', device, { status: 'active' }),
    () => stage.api('PATCH', `/v1/users/${userId}`, { consents: { marketing: null } }),
    () => stage.api('PATCH', device, { permission: 'granted' }),
    () => settings({ holdout: { percent: 0 } }),
    () => stage.api('DELETE', `/v1/caps/${full.id}`),
    () => settings({ quiet_hours: { enabled: false } }),
    () => {},
  ]) {
    const message = await app.send({ to: { user_ids: [userId] }, content: { title: '{{ user.nickname }}' } })
    told.push(...Object.keys(message.excluded))
    await relieve()
  }
  expect(told).toEqual([
    'app_unpublished',
    'unsubscribed',
    'no_consent',
    'permission_denied',
    'holdout',
    'capped',
    'quiet_hours',
    'render_error',
  ])
  const order = gates.flatMap(({ reasons }) => reasons as readonly string[])
  expect(told.toSorted((a, b) => order.indexOf(a) - order.indexOf(b))).toEqual(told)
})

test('a rule that changes holds for the next window, and a changed one is told of in the audit', async () => {
  const app = await stage.openApp('Changed')
  const userId = await person(app)
  const { id } = await cap('None left', 1)
  const to = { user_ids: [userId] }
  expect((await app.send({ to, content })).counts.sent).toBe(1)
  expect((await app.send({ to, content })).excluded).toEqual({ capped: 1 })
  expect(await stage.api('PATCH', `/v1/caps/${id}`, { limit: 2 })).toMatchObject({
    limit: 2,
    name: 'None left',
  })
  expect((await app.send({ to, content })).counts.sent).toBe(1)
  await expect(cap('None left', 5)).rejects.toThrow('409')
  const { data } = await stage.api('GET', '/v1/audit?action=patchCap')
  expect(data[0]).toMatchObject({ action: 'patchCap', fields: ['limit'] })
})
