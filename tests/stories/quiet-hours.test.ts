import { quietHoursAtFirst } from '@carillon/contract'
import { expect, test } from 'vitest'
import {
  accepted,
  cap,
  content,
  hourMs,
  messageOf,
  minuteMs,
  pass,
  passUntil,
  person,
  playBeforeGates,
  reasonsOf,
  settings,
  stage,
  whyOf,
} from './gates-stage.ts'

playBeforeGates()

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
