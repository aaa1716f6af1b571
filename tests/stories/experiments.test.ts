import type { Message } from '@carillon/contract'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import {
  armsOf,
  arrivedAt,
  choose,
  clock,
  count,
  expectToAddUp,
  minuteMs,
  openApp,
  pass,
  playExperiments,
  reportOf,
  request,
  rule,
  stage,
  three,
  titles,
} from './experiments-stage.ts'
import { recipientsOf, type Seeded } from './stage.ts'

playExperiments()

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

test('a message of a campaign goes on with its experiment in every run, and later runs with its winner', async () => {
  const app = await openApp()
  const mark = `crowd-${app.app.id}`
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
    name: `Variant ${app.app.id}`,
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
