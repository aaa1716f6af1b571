import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStage, type Stage, until } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage?.close())

interface Line {
  offset: string
  id?: string
  type: string
  timestamp?: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the API answered.
  data?: any
}

/** What there is to read now. */
async function readNow(query = ''): Promise<Line[]> {
  const { status, body, headers } = await readRaw(query)
  expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson'])
  return body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

async function readRaw(query: string) {
  const answer = await fetch(`${stage.server.address}/v1/stream?follow=false${query}`, {
    headers: { authorization: `Bearer ${stage.server.key}` },
  })
  return { status: answer.status, body: await answer.text(), headers: answer.headers }
}

/** An open stream, and what has come of it so far. */
async function follow(query: string) {
  const lines: Line[] = []
  const asked = request(`${stage.server.address}/v1/stream?${query}`, {
    headers: { authorization: `Bearer ${stage.server.key}` },
  }).end()
  asked.on('error', () => {})
  asked.on('response', (answer) => {
    createInterface({ input: answer })
      .on('line', (line) => lines.push(JSON.parse(line)))
      // Whoever leaves cuts the answer.
      .on('error', () => {})
  })
  await until(() => lines.length > 0)
  return { lines, leave: () => asked.destroy() }
}

const events = (lines: readonly Line[]) => lines.filter(({ type }) => type !== 'heartbeat')

async function sendOne(title: string) {
  const [subscribed] = await stage.subscribe({ platform: 'fcm' })
  const message = await stage.send({ to: { subscription_ids: [subscribed?.id] }, content: { title } })
  await until(async () =>
    (await readNow('&offset=earliest&types=message.finished')).some(
      ({ data }) => data?.message_id === message.id,
    ),
  )
  return message
}

test('the stream resumes exactly where it stopped, from every line of it', async () => {
  await sendOne('One')
  await sendOne('Two')
  const all = await readNow('&offset=earliest')
  expect(events(all).map(({ type }) => type)).toEqual([
    'subscription.created',
    'message.accepted',
    'delivery.sent',
    'message.finished',
    'subscription.created',
    'message.accepted',
    'delivery.sent',
    'message.finished',
  ])
  expect(new Set(events(all).map(({ id }) => id)).size).toBe(8)
  for (const [i, { offset }] of events(all).entries())
    expect(events(await readNow(`&offset=${offset}`))).toEqual(events(all).slice(i + 1))
})

test('an open stream tells of what happens, and the next one goes on from its last line', async () => {
  const first = await follow('types=message.finished,delivery.sent')
  // The first line says where it stands before anything happened.
  expect(first.lines).toMatchObject([{ type: 'heartbeat' }])
  const message = await sendOne('Followed')
  await until(() => events(first.lines).length === 2)
  first.leave()
  expect(events(first.lines).map(({ type, data }) => [type, data.message_id])).toEqual([
    ['delivery.sent', message.id],
    ['message.finished', message.id],
  ])
  const missed = await sendOne('Missed')
  const second = await follow(`types=message.finished&offset=${first.lines.at(-1)?.offset}`)
  await until(() => events(second.lines).length === 1)
  const live = await sendOne('Live')
  await until(() => events(second.lines).length === 2)
  second.leave()
  expect(events(second.lines).map(({ data }) => data.message_id)).toEqual([missed.id, live.id])
})

test('a heartbeat moves on past events of types that were not asked for', async () => {
  await sendOne('Not asked for')
  const [, last] = await readNow('&offset=earliest&types=app.credential_rejected')
  expect(last?.type).toBe('heartbeat')
  expect(events(await readNow(`&offset=${last?.offset}`))).toEqual([])
})

test('deliveries of a large send come together, each exactly once', { timeout: 60_000 }, async () => {
  const before = (await readNow('&offset=latest')).at(-1)?.offset
  await stage.seed({ platform: 'apns', count: 1_200 })
  const message = await stage.send({ to: { all: true }, content: { title: 'All' } })
  const ofMessage = async () =>
    events(await readNow(`&offset=${before}`)).filter(({ data }) => data.message_id === message.id)
  await until(async () => (await ofMessage()).at(-1)?.type === 'message.finished')
  const got = await ofMessage()
  const deliveries = got.flatMap(({ data }) => data.deliveries ?? [])
  expect(deliveries).toHaveLength(message.counts.targeted)
  expect(new Set(deliveries.map(({ delivery_id }) => delivery_id)).size).toBe(message.counts.targeted)
  expect(got.length).toBeLessThan(message.counts.targeted / 20)
  expect(got.at(-1)?.data.counts.sent).toBe(message.counts.sent)
})

test('a token that died and a credential that is refused are told', async () => {
  const before = (await readNow('&offset=latest')).at(-1)?.offset
  const [dead] = await stage.subscribe({ platform: 'fcm', scenario: 'unregistered' })
  if (!dead) throw new Error('No device was made.')
  await stage.send({ to: { subscription_ids: [dead.id] }, content: { title: 'Gone' } })
  const told = async (type: string) => events(await readNow(`&offset=${before}&types=${type}`))
  await until(async () => (await told('subscription.retired')).length > 0)
  expect((await told('subscription.retired'))[0]?.data).toMatchObject({
    app_id: stage.app.id,
    reason: expect.any(String),
    subscriptions: [{ id: dead.id, status: 'retired', platform: 'fcm' }],
  })
  expect((await told('delivery.failed'))[0]?.data.deliveries).toMatchObject([
    { subscription_id: dead.id, reason: 'token_unregistered' },
  ])

  const [device] = await stage.subscribe({ platform: 'apns' })
  stage.sandbox.control.addFault({
    provider: 'apns',
    fault: 'status',
    status: 403,
    reason: 'InvalidProviderToken',
  })
  const held = await stage.start({ to: { subscription_ids: [device?.id] }, content: { title: 'Held' } })
  await until(async () => (await told('app.credential_rejected')).length > 0)
  expect((await told('app.credential_rejected')).map(({ data }) => data)).toMatchObject([
    { app_id: stage.app.id, platform: 'apns', environment: 'production' },
  ])
  stage.sandbox.control.clearFaults()
  await stage.api('POST', `/v1/messages/${held}/cancel`)
})

test('an offset that is none is refused, and so are types that are none', async () => {
  for (const [query, status] of [
    ['&offset=made-up', 400],
    ['&types=message.lost', 422],
    ['&types=', 422],
    ['&follow=maybe', 422],
  ] as const)
    expect([query, (await readRaw(query)).status]).toEqual([query, status])
})
