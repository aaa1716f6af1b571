import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { newId } from '../../packages/server/src/00-kernel/index.ts'
import {
  accepted,
  cap,
  clock,
  content,
  emailOfLastPerson,
  hourMs,
  minuteMs,
  pass,
  person,
  playBeforeGates,
  stage,
  whyOf,
} from './gates-stage.ts'
import { until } from './stage.ts'

playBeforeGates()

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
    conditions: [{ number: 1, attribute: 'email', operator: 'equals', value: emailOfLastPerson() }],
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

/** A message whose first attempt APNs put off, so that it waits for another. */
async function startThatWaits(app: Awaited<ReturnType<typeof stage.openApp>>, to: object): Promise<string> {
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'status', status: 503, times: 1 })
  const id = await app.start({ to, content })
  await until(() => stage.sandbox.control.stats().apns.requests === 1)
  await stage.settle()
  return id
}

test('a message of high priority takes the place of one that waits for another attempt', async () => {
  const app = await stage.openApp('Displaced')
  const userId = await person(app)
  await cap('One a day', 1)
  const to = { user_ids: [userId] }
  const waiting = await startThatWaits(app, to)
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
  const waiting = await startThatWaits(app, to)
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
