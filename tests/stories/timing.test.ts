import { firstMomentAt, type Message, type Recipient, type Why, wallTime } from '@carillon/contract'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createClock, openStage, recipientsOf, type Seeded, type Stage } from './stage.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const content = { title: 'Hello' }
const clock = createClock()
let stage: Stage
let people = 0

beforeAll(async () => {
  stage = await openStage({ now: clock.now })
  await stage.api('PUT', '/v1/settings', { time_zone: 'America/Sao_Paulo' })
})
afterAll(() => stage?.close())
beforeEach(() => {
  stage.sandbox.control.clearFaults()
  stage.sandbox.control.clearStats()
})

const request = (method: string, path: string, body?: unknown) => stage.server.request(method, path, body)
const messageOf = (id: string): Promise<Message> => stage.api('GET', `/v1/messages/${id}`)
const inHours = (hours: number) => new Date(clock.now().getTime() + hours * hourMs)
const utcIn = (hours: number) => wallTime(inHours(hours), 'UTC')

async function pass(ms: number): Promise<void> {
  await stage.settle()
  clock.pass(ms)
  await stage.wake()
  await stage.settle()
}

/** Lets time pass from one turn to the next until nobody waits. */
async function passAll(id: string): Promise<Message> {
  for (;;) {
    await stage.settle()
    const { next_due_at } = await messageOf(id)
    if (!next_due_at) return stage.ended(id)
    await pass(Math.max(1, Date.parse(next_due_at) - clock.now().getTime()))
  }
}

/** A person with a phone in an app of its own; without a zone the phone's counts, and then the workspace's. */
async function createPerson(
  app: Awaited<ReturnType<Stage['openApp']>>,
  timezone?: string,
  deviceZone?: string,
) {
  people += 1
  const email = `timed-${people}@example.com`
  const { id } = await stage.api('POST', '/v1/users', {
    attributes: { email },
    ...(timezone && { timezone }),
  })
  const [device] = stage.sandbox.control.createDevices({ app: app.app.names.apns, platform: 'apns' })
  if (!device) throw new Error('No phone.')
  await app.register(device, { reconciliation_value: email, ...(deviceZone && { timezone: deviceZone }) })
  return { id: id as string, phone: device.id }
}

const recipients = async (id: string) => (await recipientsOf(stage.api, id)) as unknown as Recipient[]

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

/** The most that arrived on phones within any minute. */
function mostInAMinute(arrivals: readonly number[]): number {
  const sorted = arrivals.toSorted((a, b) => a - b)
  return Math.max(0, ...sorted.map((from, i) => sorted.slice(i).filter((at) => at - from < minuteMs).length))
}

function arrivalsAt(seeded: readonly Seeded[]): number[] {
  const ids = new Set(seeded.map(({ device }) => device.id))
  return stage.sandbox.control
    .phones()
    .filter(({ id }) => ids.has(id))
    .flatMap(({ notifications }) => notifications.map(({ received_at }) => Date.parse(received_at)))
}

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

async function launch(
  app: Awaited<ReturnType<Stage['openApp']>>,
  days: number,
  message: Record<string, unknown>,
) {
  const mark = app.app.id
  const conditions = [{ number: 1, attribute: 'mark', operator: 'equals', value: mark }]
  const segment = (await stage.api('POST', '/v1/segments', { name: mark, conditions })).id
  const { id } = await stage.api('POST', '/v1/campaigns', {
    name: mark,
    zone: 'UTC',
    start_local: utcIn(0),
    end_local: utcIn(days * 24),
    segment_ids: [segment],
    evaluate_every_seconds: 604_800,
    messages: [{ name: 'Hello', app_id: app.app.id, content, ...message }],
  })
  await stage.api('POST', `/v1/campaigns/${id}/start`)
  await stage.settle()
  return id as string
}

/** The person comes to match the campaign of the app. */
async function join(app: Awaited<ReturnType<Stage['openApp']>>, timezone?: string) {
  const person = await createPerson(app, timezone)
  await stage.api('PATCH', `/v1/users/${person.id}`, { attributes: { mark: app.app.id } })
  return person
}

const runsOf = async (id: string): Promise<Message[]> =>
  (await stage.api('GET', `/v1/messages?campaign_id=${id}`)).data

/** Lets time pass until a run of the campaign, or the campaign itself, has something to do. */
async function passToNext(id: string): Promise<void> {
  await stage.settle()
  const { next_evaluation_at } = await stage.api('GET', `/v1/campaigns/${id}`)
  const moments = [next_evaluation_at, ...(await runsOf(id)).map(({ next_due_at }) => next_due_at)]
  const next = Math.min(...moments.flatMap((at) => (at ? [Date.parse(at)] : [])))
  await pass(Math.max(1, next - clock.now().getTime()))
}

/** When each person got something of a campaign. */
async function timesOf(id: string): Promise<Map<string, string[]>> {
  const times = new Map<string, string[]>()
  for (const run of (await runsOf(id)).reverse())
    for (const { user_id, status, at } of await recipients(run.id))
      if (status === 'sent')
        times.set(user_id as string, [...(times.get(user_id as string) ?? []), at as string])
  return times
}

test('a campaign that repeats on some days at nine where each person is, but not on a day left out', async () => {
  const app = await stage.openApp('Each morning')
  const [auckland, york] = [await join(app, 'Pacific/Auckland'), await join(app, 'America/New_York')]
  const dates = Array.from({ length: 7 }, (_, day) => utcIn(day * 24).slice(0, 10))
  const until = inHours(6 * 24)
  const id = await launch(app, 7, {
    repeat: {
      days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
      at: '09:00',
      except_dates: [dates[3]],
      local: true,
    },
  })
  while (clock.now() < until) await passToNext(id)
  const shown = async (person: string, zone: string) =>
    ((await timesOf(id)).get(person) ?? []).map((at) => wallTime(new Date(at), zone))
  for (const [person, zone] of [
    [auckland.id, 'Pacific/Auckland'],
    [york.id, 'America/New_York'],
  ] as const) {
    const mornings = await shown(person, zone)
    expect(mornings.every((wall) => wall.endsWith('T09:00'))).toBe(true)
    const days = mornings.map((wall) => wall.slice(0, 10))
    expect(new Set(days).size).toBe(days.length)
    expect(days).toEqual(expect.arrayContaining([dates[2], dates[4], dates[5]]))
    expect(days).not.toContain(dates[3])
  }
})

test('a campaign sends to whoever comes to match at the next nine o’clock of theirs', async () => {
  const app = await stage.openApp('Next morning')
  const id = await launch(app, 3, { delivery: { kind: 'local_time', at: '09:00' } })
  const tokyo = await join(app, 'Asia/Tokyo')
  await stage.settle()
  const [run] = await runsOf(id)
  expect(run).toMatchObject({ status: 'scheduled', counts: { targeted: 1, pending: 1 } })
  await passAll(run?.id as string)
  expect(
    (await timesOf(id)).get(tokyo.id)?.map((at) => wallTime(new Date(at), 'Asia/Tokyo').slice(11)),
  ).toEqual(['09:00'])
})

test('the runs of a campaign share their pace', async () => {
  const app = await stage.openApp('Paced campaign')
  const phones = await app.seed({ platform: 'apns', count: 30 }, { mark: app.app.id })
  const id = await launch(app, 1, { pace_per_minute: 12 })
  phones.push(...(await app.seed({ platform: 'apns', count: 30 }, { mark: app.app.id })))
  await sql`update campaigns set next_evaluation_at = ${clock.now()} where id = ${id}`.execute(
    stage.server.store.db,
  )
  await stage.wake()
  while ((await runsOf(id)).some(({ status }) => status !== 'finished')) await passToNext(id)
  const arrivals = arrivalsAt(phones)
  expect(arrivals).toHaveLength(60)
  expect(mostInAMinute(arrivals)).toBeLessThanOrEqual(12)
})

test('a campaign that repeats on no day before its end, or twice by people’s own clocks, is refused', async () => {
  const app = await stage.openApp('Never')
  const segment = (
    await stage.api('POST', '/v1/segments', {
      name: 'Never',
      conditions: [{ number: 1, attribute: 'mark', operator: 'exists' }],
    })
  ).id
  const campaign = (message: Record<string, unknown>) => ({
    name: 'Never',
    zone: 'UTC',
    start_local: utcIn(0),
    end_local: utcIn(3 * 24),
    segment_ids: [segment],
    messages: [{ name: 'Hello', app_id: app.app.id, content, ...message }],
  })
  const except_dates = [0, 1, 2, 3].map((day) => utcIn(day * 24).slice(0, 10))
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
  const { id } = await stage.api(
    'POST',
    '/v1/campaigns',
    campaign({ repeat: { days, at: '09:00', except_dates } }),
  )
  const started = await request('POST', `/v1/campaigns/${id}/start`)
  expect(started).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/messages/0/repeat', code: 'never' }] },
  })
  for (const [pointer, message] of [
    [
      '/messages/0/delivery',
      { repeat: { days, at: '09:00', local: true }, delivery: { kind: 'spread', minutes: 5 } },
    ],
    ['/messages/0/delivery/at', { delivery: { kind: 'local_time', at: '2036-12-01T09:00' } }],
    ['/messages/0/repeat/days', { repeat: { days, day_of_month: 1, at: '09:00' } }],
    ['/messages/0/repeat/at', { repeat: { days, at: '24:00' } }],
  ] as const) {
    const { status, body } = await request('POST', '/v1/campaigns', { ...campaign(message), name: pointer })
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer])
  }
})
