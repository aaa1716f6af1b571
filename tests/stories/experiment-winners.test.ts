import { expect, test } from 'vitest'
import {
  armsOf,
  arrivedAt,
  choose,
  clock,
  count,
  expectToAddUp,
  messageOf,
  minuteMs,
  open,
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

playExperiments()

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
