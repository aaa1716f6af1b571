import { type Message, wallTime } from '@carillon/contract'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Stage } from './stage.ts'
import {
  arrivalsAt,
  clock,
  content,
  createPerson,
  inHours,
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
