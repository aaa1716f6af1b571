import type { Experiment, ExperimentReport, Message } from '@carillon/contract'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { armOf, drawsOf } from '../../packages/server/src/50-schedule/index.ts'
import { createClock, openStage, recipientsOf, type Seeded, type Stage } from './stage.ts'

const minuteMs = 60_000
const clock = createClock()
let stage: Stage
let apps = 0

beforeAll(async () => {
  stage = await openStage({ now: clock.now })
})
afterAll(() => stage?.close())

/** Each test has an app, and so an audience, of its own. */
async function openApp() {
  apps += 1
  return stage.openApp(`Experiment ${apps}`)
}

async function pass(ms: number): Promise<void> {
  await stage.settle()
  clock.pass(ms)
  await stage.wake()
}

const request = (method: string, path: string, body?: unknown) => stage.server.request(method, path, body)
const messageOf = (id: string): Promise<Message> => stage.api('GET', `/v1/messages/${id}`)
const reportOf = (id: string): Promise<ExperimentReport> => stage.api('GET', `/v1/messages/${id}/experiment`)
const choose = (id: string, variant: string) => request('POST', `/v1/messages/${id}/winner`, { variant })

const three = {
  variants: [
    { name: 'A', content: { title: 'Bells', body: 'ring' } },
    { name: 'B', content: { title: 'Chimes', body: 'sound' }, weight: 2 },
    { name: 'C', content: { title: 'Gongs', body: 'boom' } },
  ],
}
const titles = ['Bells', 'Chimes', 'Gongs']
const rule = { metric: 'opened', after_minutes: 10, test_percent: 40, minimum_sent: 1 }

/** What arrived on each device, by its title. */
function arrivedAt(devices: readonly Seeded[]): Map<string, string[]> {
  const phones = new Map(stage.sandbox.control.phones().map((phone) => [phone.id, phone]))
  return new Map(
    devices.map(({ id, device }) => [
      id,
      (phones.get(device.id)?.notifications ?? []).map(({ title }) => String(title)),
    ]),
  )
}

/** The arm of each, by the published rule and not by what the server said. */
function armsOf(experiment: object, key: string, people: readonly Seeded[], winner: number | null = null) {
  const whole = { control_percent: 0, ...experiment } as Experiment
  const weighed = { ...whole, variants: whole.variants.map(({ weight = 1 }) => ({ weight })) }
  return new Map(people.map(({ id, userId }) => [id, armOf(weighed, drawsOf(key, userId ?? id), winner)]))
}

const count = <T>(map: ReadonlyMap<string, T>, value: T) =>
  [...map.values()].filter((each) => each === value).length

/** That the report, the message, its recipients and what is stored tell the same. */
async function expectToAddUp(id: string): Promise<ExperimentReport> {
  const report = await reportOf(id)
  const given = [...report.variants, ...(report.rest ? [report.rest] : [])]
  for (const { targeted, pending, sent, failed, excluded } of given)
    expect(pending + sent + failed + excluded).toBe(targeted)
  const { control_group, waiting, without_variant } = report
  const sum = given.reduce(
    (total, { targeted }) => total + targeted,
    control_group + waiting + without_variant,
  )
  expect(sum).toBe(report.targeted)
  const { rows } = await sql<{ variant: number; outcome: string; n: number }>`
    select d.variant, d.outcome, count(*) as n from deliveries d join messages m on m.seq = d.message_seq
    where m.experiment_id = ${report.experiment_id} and d.variant is not null group by 1, 2`.execute(
    stage.server.store.db,
  )
  const stored = (arms: (variant: number) => boolean, outcome: string) =>
    rows.filter((row) => arms(row.variant) && row.outcome === outcome).reduce((total, { n }) => total + n, 0)
  for (const outcome of ['sent', 'failed', 'excluded'] as const) {
    expect(report.variants.map((each) => each[outcome])).toEqual(
      report.variants.map((_, i) => stored((variant) => variant === i, outcome)),
    )
    expect(report.rest?.[outcome] ?? 0).toBe(stored((variant) => variant >= 8, outcome))
  }
  return report
}

async function open(id: string, variant: string, n: number): Promise<void> {
  const recipients = await recipientsOf(stage.api, id, '&status=sent')
  const theirs = recipients.filter((recipient) => recipient.variant === variant).slice(0, n)
  expect(theirs).toHaveLength(n)
  await stage.api(
    'POST',
    '/v1/interactions',
    theirs.map(({ delivery_id }) => ({ delivery_id, type: 'opened' })),
  )
}

test('each person gets the variant that their id gives, on every platform and device', async () => {
  const app = await openApp()
  const people = [
    ...(await app.seed({ platform: 'apns', count: 100 }, { plan: 'free' })),
    ...(await app.seed({ platform: 'webpush', count: 40 }, { plan: 'free' })),
    ...(await app.seed({ platform: 'fcm', count: 40 })),
  ]
  // A second device of ten people.
  const doubles = await app.seed({ platform: 'fcm', count: 10 })
  for (const [i, { id }] of doubles.entries())
    await sql`update subscriptions set user_id = ${people[i]?.userId} where id = ${id}`.execute(
      stage.server.store.db,
    )
  const all = [...people, ...doubles.map((double, i) => ({ ...double, userId: people[i]?.userId ?? null }))]

  const message = await app.send({ to: { all: true }, experiment: three })
  const arms = armsOf(three, message.id, all)
  const arrived = arrivedAt(all)
  for (const { id } of all) expect(arrived.get(id)).toEqual([titles[arms.get(id) ?? 9]])

  const report = await expectToAddUp(message.id)
  expect(report.variants.map(({ sent }) => sent)).toEqual([0, 1, 2].map((arm) => count(arms, arm)))
  expect(report).toMatchObject({
    targeted: 190,
    waiting: 0,
    control_group: 0,
    without_variant: 0,
    rest: null,
  })
  expect(report).toMatchObject({ baseline: 'A', decision: null, decides_at: null, rule: null, messages: 1 })
  expect(message.counts).toMatchObject({ targeted: 190, sent: 190 })
  expect(message).toMatchObject({
    title: 'Bells',
    experiment: { variants: [{ name: 'A' }, { name: 'B' }, { name: 'C' }] },
  })
  for (const { subscription_id, variant } of await recipientsOf(stage.api, message.id))
    expect(variant).toBe('ABC'[arms.get(String(subscription_id)) ?? 9])
})

test('the control group gets nothing; whoever could not have got anything is not of it', async () => {
  const app = await openApp()
  const people = await app.seed({ platform: 'apns', count: 200 }, { plan: 'free' })
  const experiment = { ...three, control_percent: 30 }
  const id = await app.start({
    to: { user_ids: people.map(({ userId }) => userId) },
    experiment,
    start_at: new Date(clock.now().getTime() + minuteMs).toISOString(),
  })
  const arms = armsOf(experiment, id, people)
  const controls = people.filter((person) => arms.get(person.id) === -2)
  const [denied, control] = controls
  await sql`update subscriptions set permission = 'denied' where id = ${denied?.id}`.execute(
    stage.server.store.db,
  )
  await pass(minuteMs)
  const message = await stage.ended(id)

  const arrived = arrivedAt(people)
  for (const person of people)
    expect(arrived.get(person.id)).toEqual(
      [titles[arms.get(person.id) ?? 9]].filter((title) => title !== undefined),
    )
  expect(message.excluded).toEqual({ control_group: controls.length - 1, permission_denied: 1 })
  const report = await expectToAddUp(id)
  expect(report).toMatchObject({
    control_group: controls.length - 1,
    without_variant: 1,
    control_percent: 30,
  })
  const why = await stage.api('GET', `/v1/messages/${id}/why?user_id=${control?.userId}`)
  expect(why.answer).toBe(
    'Not sent: The person is in the control group of this experiment, which gets nothing.',
  )
  expect(why.deliveries[0].trace.at(-1)).toMatchObject({ step: 'experiment', ok: false })
  const given = people.find((person) => arms.get(person.id) === 1)
  const other = await stage.api('GET', `/v1/messages/${id}/why?user_id=${given?.userId}`)
  expect(other.deliveries[0].trace[0]).toMatchObject({ step: 'experiment', detail: 'Given the variant B.' })
})

test('everybody left gets the winner, ten minutes after the first send and not before', async () => {
  const app = await openApp()
  const people = await app.seed({ platform: 'apns', count: 190 }, { plan: 'free' })
  const experiment = { ...three, control_percent: 5, winner: rule }
  const id = await app.start({ to: { all: true }, experiment })
  await stage.settle()
  const arms = armsOf(experiment, id, people)
  const waiting = count(arms, -1)
  const tested = await expectToAddUp(id)
  expect(tested).toMatchObject({ waiting, control_group: count(arms, -2), decision: null, rest: null })
  expect(tested.decides_at).not.toBeNull()
  expect(waiting).toBeGreaterThan(60)
  await open(id, 'A', 1)
  await open(id, 'B', 15)
  await open(id, 'C', 3)
  const someone = people.find((person) => arms.get(person.id) === -1)
  const why = await stage.api('GET', `/v1/messages/${id}/why?user_id=${someone?.userId}`)
  expect(why.deliveries[0].trace[0].detail).toBe('Waits for the winner among the variants.')

  await pass(9 * minuteMs)
  await stage.settle()
  expect(await reportOf(id)).toMatchObject({ waiting, decision: null })
  await pass(minuteMs)
  const message = await stage.ended(id)

  const arrived = arrivedAt(people)
  for (const person of people) {
    const arm = arms.get(person.id) ?? 9
    expect(arrived.get(person.id)).toEqual(arm === -2 ? [] : [arm === -1 ? 'Chimes' : titles[arm]])
  }
  const report = await expectToAddUp(id)
  expect(report).toMatchObject({ waiting: 0, rest: { name: 'B', sent: waiting }, decides_at: null })
  expect(report.decision).toMatchObject({
    winner: 'B',
    reason: 'best',
    detail: 'B had the highest share of opened.',
    evidence: [
      { name: 'A', n: 1 },
      { name: 'B', n: 15 },
      { name: 'C', n: 3 },
    ],
  })
  expect(report.variants.map(({ sent }) => sent)).toEqual([0, 1, 2].map((arm) => count(arms, arm)))
  const [a, b] = report.variants
  expect(b?.metrics.opened).toMatchObject({ n: 15, rate: 15 / (b?.sent ?? 0) })
  expect(b?.metrics.opened.uplift?.difference).toBeCloseTo(15 / (b?.sent ?? 0) - 1 / (a?.sent ?? 0), 12)
  expect(a?.metrics.opened.uplift).toBeNull()
  expect(message.counts).toMatchObject({ targeted: 190, pending: 0, sent: 190 - count(arms, -2) })
})

test('with too little to go by the first variant wins, and that is said', async () => {
  const app = await openApp()
  await app.seed({ platform: 'apns', count: 60 }, { plan: 'free' })
  const id = await app.start({ to: { all: true }, experiment: { ...three, winner: rule } })
  await pass(10 * minuteMs)
  await stage.ended(id)
  expect((await expectToAddUp(id)).decision).toMatchObject({ winner: 'A', reason: 'too_little_data' })
})

test('somebody chooses the winner early, once', async () => {
  const app = await openApp()
  const people = await app.seed({ platform: 'apns', count: 80 }, { plan: 'free' })
  const experiment = { ...three, winner: rule }
  const id = await app.start({ to: { all: true }, experiment })
  await stage.settle()
  expect((await choose(id, 'Z')).body.errors).toMatchObject([
    { pointer: '/variant', code: 'unknown_variant' },
  ])
  expect(await choose(id, 'C')).toMatchObject({
    status: 200,
    body: { decision: { winner: 'C', reason: 'by_hand' } },
  })
  await stage.ended(id)
  const arms = armsOf(experiment, id, people)
  const arrived = arrivedAt(people)
  for (const person of people)
    expect(arrived.get(person.id)).toEqual([
      titles[arms.get(person.id) === -1 ? 2 : (arms.get(person.id) ?? 9)],
    ])
  // Repeating it is harmless, changing it is not possible.
  expect((await choose(id, 'C')).status).toBe(200)
  expect(await choose(id, 'A')).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining('C has won') },
  })
  await expectToAddUp(id)

  const over = await app.send({ to: { user_ids: [people[0]?.userId] }, experiment: three })
  expect(await choose(over.id, 'A')).toMatchObject({ status: 409 })
  const plain = await app.send({ to: { user_ids: [people[0]?.userId] }, content: { title: 'Plain' } })
  expect((await choose(plain.id, 'A')).status).toBe(404)
  expect((await request('GET', `/v1/messages/${plain.id}/experiment`)).status).toBe(404)
})

test('nothing is decided while the message is paused; whoever waits for a cancelled or expired one gets nothing', async () => {
  const app = await openApp()
  const people = await app.seed({ platform: 'apns', count: 80 }, { plan: 'free' })
  const start = (experiment: object, more: object = {}) =>
    app.start({ to: { all: true }, experiment, ...more })
  const experiment = { ...three, winner: rule }
  const expires_at = new Date(clock.now().getTime() + 15 * minuteMs).toISOString()
  const [paused, cancelled, expired] = [
    await start(experiment),
    await start(experiment),
    await start(experiment, { expires_at }),
  ]
  await stage.settle()
  await stage.api('POST', `/v1/messages/${paused}/pause`)
  await stage.api('POST', `/v1/messages/${cancelled}/cancel`)
  await stage.api('POST', `/v1/messages/${expired}/pause`)
  await pass(20 * minuteMs)
  expect((await stage.ended(cancelled)).excluded.cancelled).toBe(
    count(armsOf(experiment, cancelled, people), -1),
  )
  expect((await stage.ended(expired)).excluded.expired).toBe(count(armsOf(experiment, expired, people), -1))
  for (const id of [paused, cancelled, expired]) expect((await expectToAddUp(id)).decision).toBeNull()
  expect(await reportOf(cancelled)).toMatchObject({ over: true, decides_at: null })
  expect(await reportOf(paused)).toMatchObject({ over: false, decides_at: expect.any(String) })

  const waiting = count(armsOf(experiment, paused, people), -1)
  expect((await messageOf(paused)).counts.pending).toBe(waiting)
  await stage.api('POST', `/v1/messages/${paused}/resume`)
  await stage.wake()
  expect((await stage.ended(paused)).counts.sent).toBe(80)
  expect((await expectToAddUp(paused)).rest?.sent).toBe(waiting)
})

test('a message of a campaign goes on with its experiment in every run, and later runs with its winner', async () => {
  const app = await openApp()
  const mark = `crowd-${apps}`
  const early = await app.seed({ platform: 'apns', count: 40 }, { mark })
  const conditions = [{ number: 1, attribute: 'mark', operator: 'equals', value: mark }]
  const segment = await stage.api('POST', '/v1/segments', { name: mark, conditions })
  const local = (hours: number) =>
    new Date(clock.now().getTime() + hours * 60 * minuteMs).toISOString().slice(0, 19)
  const message = {
    name: 'Hello',
    app_id: app.app.id,
    experiment: three,
    repeat: { every: 1, unit: 'hours' },
  }
  const plan = {
    name: mark,
    segment_ids: [segment.id],
    zone: 'UTC',
    start_local: local(0),
    end_local: local(100),
    messages: [message],
  }
  const { id } = await stage.api('POST', '/v1/campaigns', plan)
  await stage.api('POST', `/v1/campaigns/${id}/start`)
  const runsOf = async (): Promise<Message[]> =>
    (await stage.api('GET', `/v1/messages?campaign_id=${id}`)).data.reverse()
  await expect.poll(async () => (await runsOf()).length, { timeout: 10_000 }).toBe(1)
  await stage.settle()
  await pass(60 * minuteMs)
  await expect.poll(async () => (await runsOf()).length, { timeout: 10_000 }).toBe(2)
  await stage.settle()

  // The same variant in both rounds.
  const [first, second] = await runsOf()
  const report = await expectToAddUp(String(first?.id))
  expect(await reportOf(String(second?.id))).toEqual(report)
  expect(report).toMatchObject({ messages: 2, targeted: 80 })
  const arms = armsOf(three, report.experiment_id, early)
  const title = (person: Seeded) => titles[arms.get(person.id) ?? 9]
  for (const person of early) expect(arrivedAt(early).get(person.id)).toEqual([title(person), title(person)])

  expect(await choose(String(second?.id), 'B')).toMatchObject({ status: 200, body: { rest: null } })
  await pass(60 * minuteMs)
  await expect.poll(async () => (await runsOf()).length, { timeout: 10_000 }).toBe(3)
  await stage.settle()
  for (const person of early)
    expect(arrivedAt(early).get(person.id)).toEqual([title(person), title(person), 'Chimes'])
  expect(await expectToAddUp(String(first?.id))).toMatchObject({ messages: 3, rest: { name: 'B', sent: 40 } })

  // Changed, it is another experiment; unchanged, it stays.
  await stage.api('POST', `/v1/campaigns/${id}/pause`)
  const [saved] = (await stage.api('GET', `/v1/campaigns/${id}`)).messages
  expect(saved.experiment).toMatchObject({
    variants: [{ name: 'A' }, { name: 'B', weight: 2 }, { name: 'C' }],
  })
  const idOf = async () =>
    (
      await sql<{
        id: string
      }>`select experiment_id as id from campaign_messages where id = ${saved.id}`.execute(
        stage.server.store.db,
      )
    ).rows[0]?.id
  const put = (experiment: object) =>
    stage.api('PUT', `/v1/campaigns/${id}`, { ...plan, messages: [{ ...message, id: saved.id, experiment }] })
  await put(three)
  expect(await idOf()).toBe(report.experiment_id)
  await put({ ...three, control_percent: 10 })
  expect(await idOf()).not.toBe(report.experiment_id)
})

test('what is wrong with an experiment is told with its place', async () => {
  const app = await openApp()
  const { app: named } = app
  const place = async (fields: object) => {
    const { status, body } = await request('POST', '/v1/messages', {
      app_id: named.id,
      to: { all: true },
      ...fields,
    })
    return [status, body.errors?.[0]?.pointer]
  }
  const [a, b, c] = three.variants
  const winner = { ...rule, after_minutes: 60 }
  expect(await place({ experiment: three, content: { title: 'x' } })).toEqual([422, '/content'])
  expect(await place({ experiment: { variants: [a] } })).toEqual([422, '/experiment/variants'])
  expect(await place({ experiment: { variants: [a, b, { ...c, name: 'A' }] } })).toEqual([
    422,
    '/experiment/variants/2/name',
  ])
  expect(await place({ experiment: { variants: [a, { name: 'B' }] } })).toEqual([
    422,
    '/experiment/variants/1/content',
  ])
  expect(
    await place({ experiment: { variants: [a, { name: 'B', content: { title: '{{ user.x' } }] } }),
  ).toEqual([422, '/experiment/variants/1/content/title'])
  const template_id = '00000000-0000-7000-8000-000000000000'
  expect(await place({ experiment: { variants: [a, { name: 'B', template_id }] } })).toEqual([
    422,
    '/experiment/variants/1/template_id',
  ])
  expect(await place({ experiment: { ...three, winner }, ttl_seconds: 3_600 })).toEqual([
    422,
    '/experiment/winner/after_minutes',
  ])
  expect(
    (await request('POST', '/v1/messages', { app_id: named.id, to: { all: true }, experiment: three }))
      .status,
  ).toBe(202)
})

test('variants may be templates, on top of the overrides of the message', async () => {
  const app = await openApp()
  const people = await app.seed({ platform: 'apns', count: 30 }, { plan: 'free' })
  const template = await stage.api('POST', '/v1/templates', {
    name: `Variant ${apps}`,
    content: { title: 'From a template' },
  })
  const experiment = {
    variants: [
      { name: 'Own', content: { title: 'Own' } },
      { name: 'Template', template_id: template.id, overrides: { apns: { title: 'Over it' } } },
    ],
  }
  const { id } = await app.send({ to: { all: true }, experiment, overrides: { apns: { subtitle: 'Both' } } })
  const arms = armsOf(experiment, id, people)
  const arrived = arrivedAt(people)
  for (const person of people)
    expect(arrived.get(person.id)).toEqual([['Own', 'Over it'][arms.get(person.id) ?? 9]])
})
