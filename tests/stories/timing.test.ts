import { firstMomentAt, type Why, wallTime } from '@carillon/contract'
import { expect, test } from 'vitest'
import {
  arrivalsAt,
  clock,
  content,
  createPerson,
  hourMs,
  inHours,
  messageOf,
  minuteMs,
  mostInAMinute,
  pass,
  passAll,
  playTimed,
  recipients,
  request,
  stage,
  utcIn,
} from './timing-stage.ts'

playTimed()

test('everybody gets it when their own clock shows the time: the first in Kiritimati, the last in Honolulu', async () => {
  const app = await stage.openApp('Local time')
  const zones = ['Pacific/Kiritimati', 'Asia/Tokyo', 'Europe/Berlin', 'America/New_York', 'Pacific/Honolulu']
  const expected = new Map<string, string>()
  for (const zone of zones) expected.set((await createPerson(app, zone)).id, zone)
  expected.set((await createPerson(app, undefined, 'Asia/Kolkata')).id, 'Asia/Kolkata')
  expected.set((await createPerson(app)).id, 'America/Sao_Paulo')
  expected.set((await createPerson(app, 'Africa/Nairobi', 'Asia/Tokyo')).id, 'Africa/Nairobi')
  const wall = utcIn(30)
  const delivery = { kind: 'local_time', at: wall }
  const id = await app.start({ to: { user_ids: [...expected.keys()] }, content, delivery })
  const first = firstMomentAt(wall, 'Pacific/Kiritimati') as Date
  expect(await messageOf(id)).toMatchObject({ status: 'scheduled', counts: { targeted: 0 } })

  // The audience is gathered in good time, and waits.
  await pass(first.getTime() - clock.now().getTime() - 5 * minuteMs)
  const gathered = await messageOf(id)
  expect(gathered).toMatchObject({
    status: 'scheduled',
    freezing: false,
    counts: { targeted: 8, pending: 8, sent: 0 },
  })
  expect(gathered.next_due_at).toBe(first.toISOString())
  expect((await stage.api('GET', '/v1/messages?status=scheduled')).data).toMatchObject([{ id }])
  for (const { user_id, due_at, zone } of await recipients(id)) {
    expect([user_id, zone]).toEqual([user_id, expected.get(user_id as string)])
    expect(due_at).toBe((firstMomentAt(wall, zone as string) as Date).toISOString())
  }
  const [tokyo] = [...expected].find(([, zone]) => zone === 'Asia/Tokyo') as [string, string]
  const why: Why = await stage.api('GET', `/v1/messages/${id}/why?user_id=${tokyo}`)
  expect(why.answer).toBe(`On the way: Waiting for its turn: due at ${wall.replace('T', ' ')} in Asia/Tokyo.`)

  const ended = await passAll(id)
  expect(ended.counts).toMatchObject({ targeted: 8, sent: 8 })
  for (const { user_id, at } of await recipients(id)) {
    const due = firstMomentAt(wall, expected.get(user_id as string) as string) as Date
    const lateMs = Date.parse(at as string) - due.getTime()
    expect(lateMs).toBeGreaterThanOrEqual(0)
    expect(lateMs).toBeLessThan(minuteMs)
  }
})

test.each([
  ['skip', 1, 1, { too_late: 1 }],
  ['send_now', 0, 2, {}],
  ['next_day', 23, 2, {}],
] as const)('where the time has passed already, %s', async (late, hoursLater, sent, excluded) => {
  const app = await stage.openApp(`Late ${late}`)
  await createPerson(app, 'Asia/Tokyo')
  await createPerson(app, 'America/New_York')
  const delivery = { kind: 'local_time', at: utcIn(1), late }
  const accepted = clock.now().getTime()
  const id = await app.start({ to: { all: true }, content, delivery })
  const ended = await passAll(id)
  expect(ended).toMatchObject({ counts: { targeted: 2, sent, excluded: 2 - sent }, excluded })
  const [tokyo] = await recipients(id)
  const waitedHours = (Date.parse(tokyo?.at as string) - accepted) / hourMs
  // Nine hours ahead, an hour from now has been eight hours ago.
  if (late === 'next_day') expect(waitedHours).toBeCloseTo(16, 1)
  else expect(waitedHours).toBeLessThan(hoursLater + 0.1)
})

test('the next nine o’clock of each person', async () => {
  const app = await stage.openApp('Next nine')
  const zones = ['Asia/Tokyo', 'America/New_York']
  for (const zone of zones) await createPerson(app, zone)
  const from = clock.now().getTime()
  const id = await app.start({ to: { all: true }, content, delivery: { kind: 'local_time', at: '09:00' } })
  expect((await passAll(id)).counts.sent).toBe(2)
  for (const [i, { at }] of (await recipients(id)).entries()) {
    expect(wallTime(new Date(at as string), zones[i] as string).slice(11)).toBe('09:00')
    expect(Date.parse(at as string) - from).toBeLessThanOrEqual(25 * hourMs)
  }
})

test.each([
  ['it would expire before the last', { at: 30, expires: 41 }, '/expires_at'],
  ['the time has passed everywhere', { at: -13 }, '/delivery/at'],
  ['a start is given as well', { at: 30, start: 1 }, '/start_at'],
  ['it is more than 400 days ahead', { at: 410 * 24 }, '/delivery/at'],
])('a local time is refused when %s', async (_, { at, expires, start }: Record<string, number>, pointer) => {
  const app = await stage.openApp(`Refused ${pointer} ${at}`)
  const { status, body } = await request('POST', '/v1/messages', {
    app_id: app.app.id,
    to: { all: true },
    content,
    delivery: { kind: 'local_time', at: utcIn(at as number) },
    ...(expires && { expires_at: inHours(expires).toISOString() }),
    ...(start && { start_at: inHours(start).toISOString() }),
  })
  expect([status, body.errors?.map((each: { pointer: string }) => each.pointer)]).toEqual([422, [pointer]])
})

test('spread over half an hour, each minute gets its share, and a pause moves the rest', async () => {
  const app = await stage.openApp('Spread')
  await app.seed({ platform: 'apns', count: 60 })
  const delivery = { kind: 'spread', minutes: 30 }
  const id = await app.start({ to: { all: true }, content, delivery })
  await stage.settle()
  // The first slot is at once; then two in each minute.
  for (let minute = 0; minute < 10; minute += 1) {
    expect((await messageOf(id)).counts).toMatchObject({ targeted: 60, sent: 2 * (minute + 1) })
    await pass(minuteMs)
  }
  await stage.api('POST', `/v1/messages/${id}/pause`)
  const { counts: atPause } = await messageOf(id)
  await pass(3 * hourMs)
  expect((await messageOf(id)).counts).toEqual(atPause)
  await stage.api('POST', `/v1/messages/${id}/resume`)
  for (let minute = 0; minute < 5; minute += 1) {
    await pass(minuteMs)
    const ahead = (await messageOf(id)).counts.sent - atPause.sent
    expect(ahead).toBeGreaterThanOrEqual(2 * minute)
    expect(ahead).toBeLessThanOrEqual(2 * (minute + 1))
  }
  expect((await passAll(id)).counts.sent).toBe(60)
})

test('a spread that is cancelled, or has a start, keeps to it', async () => {
  const app = await stage.openApp('Spread later')
  await app.seed({ platform: 'apns', count: 10 })
  const delivery = { kind: 'spread', minutes: 10 }
  const id = await app.start({ to: { all: true }, content, delivery, start_at: inHours(2).toISOString() })
  await pass(hourMs)
  expect(await messageOf(id)).toMatchObject({ status: 'scheduled', counts: { targeted: 0 } })
  await pass(hourMs + minuteMs)
  expect((await messageOf(id)).counts.sent).toBeLessThanOrEqual(2)
  await stage.api('POST', `/v1/messages/${id}/cancel`)
  const ended = await stage.ended(id)
  expect(ended.excluded.cancelled).toBe(10 - ended.counts.sent)
})

test('at the hour in which each person opened most, and at the fallback for whoever opened too little', async () => {
  const app = await stage.openApp('Best time')
  const reader = await createPerson(app, 'Asia/Kathmandu')
  const other = await createPerson(app, 'Europe/Berlin')
  // Ten past the hour before last, where the reader is.
  const hour = new Date(clock.now().getTime() - 2 * hourMs)
  const opened = firstMomentAt(
    `${wallTime(hour, 'Asia/Kathmandu').slice(0, 13)}:10`,
    'Asia/Kathmandu',
  ) as Date
  for (let n = 0; n < 3; n += 1) {
    const { id } = await app.send({ to: { user_ids: [reader.id, other.id] }, content })
    for (const { delivery_id, user_id } of await recipients(id))
      if (user_id === reader.id || n < 2)
        await stage.api('POST', '/v1/interactions', { delivery_id, type: 'opened', at: opened.toISOString() })
  }
  const from = clock.now().getTime()
  const delivery = { kind: 'best_time', fallback: '10:00' }
  const id = await app.start({ to: { all: true }, content, delivery })
  await stage.settle()
  const best = `${wallTime(opened, 'Asia/Kathmandu').slice(11, 13)}:00`
  const dues = (await recipients(id)).map(({ due_at, zone }) => ({
    inMs: Date.parse(due_at as string) - from,
    shows: wallTime(new Date(due_at as string), zone as string).slice(11),
  }))
  expect(dues.map(({ shows }) => shows)).toEqual([best, '10:00'])
  for (const { inMs } of dues) expect(inMs > 0 && inMs <= 24 * hourMs).toBe(true)
  expect((await passAll(id)).counts.sent).toBe(2)
})

test('a pace is never exceeded in any minute: by two workers, slow answers, a pause, or after a standstill', async () => {
  const app = await stage.openApp('Paced')
  const phones = await app.seed({ platform: 'apns', count: 150 })
  phones.push(...(await app.seed({ platform: 'fcm', count: 30 })))
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'slow', delay_ms: 40 })
  const stopSecond = await stage.startSecondDispatcher()
  const from = clock.now().getTime()
  const id = await app.start({ to: { all: true }, content, pace_per_minute: 60 })
  const passUntil = async (sent: number) => {
    await stage.settle()
    for (let message = await messageOf(id); message.counts.sent < sent; message = await messageOf(id))
      await pass(Math.max(1, Date.parse(message.next_due_at as string) - clock.now().getTime()))
  }
  await passUntil(50)
  await stage.api('POST', `/v1/messages/${id}/pause`)
  await pass(20 * minuteMs)
  await stage.api('POST', `/v1/messages/${id}/resume`)
  await passUntil(100)
  // Nobody was there for an hour.
  await pass(hourMs)
  const { counts } = await passAll(id)
  await stopSecond()
  expect(counts).toMatchObject({ targeted: 180, sent: 180 })
  const arrivals = arrivalsAt(phones)
  expect(arrivals).toHaveLength(180)
  expect(mostInAMinute(arrivals)).toBeLessThanOrEqual(60)
  const workedMs = clock.now().getTime() - from - 80 * minuteMs
  expect(workedMs).toBeLessThan(4 * minuteMs)
}, 60_000)

test('what is tried again counts as well, and what no provider saw does not', async () => {
  const app = await stage.openApp('Paced again')
  const seeded = await app.seed({ platform: 'apns', count: 40 })
  for (const { id } of seeded.slice(0, 20))
    await stage.api('PATCH', `/v1/subscriptions/${id}`, { status: 'unsubscribed' })
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'status', status: 429, times: 5 })
  const from = clock.now().getTime()
  const id = await app.start({ to: { all: true }, content, pace_per_minute: 12 })
  const { counts } = await passAll(id)
  expect(counts).toMatchObject({ targeted: 40, sent: 20, excluded: 20 })
  expect(mostInAMinute(arrivalsAt(seeded))).toBeLessThanOrEqual(12)
  expect(clock.now().getTime() - from).toBeGreaterThan(minuteMs)
})

test('whoever waits because of the pace is told so', async () => {
  const app = await stage.openApp('Paced why')
  const both = [await createPerson(app), await createPerson(app)]
  const to = { user_ids: both.map(({ id }) => id) }
  const id = await app.start({ to, content, pace_per_minute: 1 })
  await stage.settle()
  const answers = both.map(async (person) => {
    const why: Why = await stage.api('GET', `/v1/messages/${id}/why?user_id=${person.id}`)
    return why.answer
  })
  expect((await Promise.all(answers)).toSorted()).toEqual([
    expect.stringMatching(/^Handed over to the provider/),
    expect.stringMatching(
      /^On the way: Waiting for its turn: due at .* in America\/Sao_Paulo\. At most 1 go in a minute\.$/,
    ),
  ])
  expect((await passAll(id)).counts.sent).toBe(2)
})
