import type { PushPlatform } from '@carillon/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStage, recipientsOf, type Stage } from './stage.ts'

let stage: Stage
const platforms: PushPlatform[] = ['apns', 'fcm', 'webpush', 'wns']

beforeAll(async () => {
  stage = await openStage()
  await stage.api('POST', '/v1/users/batch', {
    users: [
      { attributes: { email: 'ada@example.com', first_name: 'Ada', tier: 'gold' } },
      { attributes: { email: 'alan@example.com', first_name: 'Alan', tier: 'basic' } },
    ],
  })
})
afterAll(() => stage?.close())

const userOf = (email: string) => stage.api('GET', `/v1/users/by/email/${encodeURIComponent(email)}`)

test.each(
  platforms,
)('a personalised message to a segment arrives on a virtual phone through %s', async (platform) => {
  const [subscribed] = await stage.subscribe({ platform, name: `${platform} phone` }, 'ada@example.com')
  const segment = await stage.api('POST', '/v1/segments', {
    name: `Gold for ${platform}`,
    conditions: [{ number: 1, attribute: 'tier', operator: 'equals', value: 'gold' }],
  })
  const message = await stage.send({
    to: { segment_ids: [segment.id] },
    content: {
      title: 'Hello {{ user.first_name }}',
      body: 'You are {{ user.tier }}.',
      data: { order: '42' },
    },
  })
  expect(message.status).toBe('finished')
  expect(message.failed).toEqual({})
  expect(message.counts.sent).toBe(message.counts.targeted)

  const phone = stage.sandbox.control.phones().find(({ id }) => id === subscribed?.device.id)
  expect(phone?.notifications[0]).toMatchObject({ title: 'Hello Ada', body: 'You are gold.' })
  const mine = (await recipientsOf(stage.api, message.id)).find(
    (row) => row.subscription_id === subscribed?.id,
  )
  expect(phone?.notifications[0]?.delivery_id).toBe(mine?.delivery_id)
})

test('one key on two devices reaches both, and each is one recipient', async () => {
  const user = await userOf('alan@example.com')
  await stage.subscribe({ platform: 'apns', count: 1 }, 'alan@example.com')
  await stage.subscribe({ platform: 'fcm', count: 1 }, 'ALAN@example.com ')
  const message = await stage.send({ to: { user_ids: [user.id] }, content: { title: 'Both' } })
  expect(message.counts).toMatchObject({ targeted: 2, sent: 2 })
})

test('what the phone reports is counted once, however often it is reported', async () => {
  const [subscribed] = await stage.subscribe({ platform: 'apns' })
  const message = await stage.send({
    to: { subscription_ids: [subscribed?.id] },
    content: { title: 'Tap me' },
  })
  const [recipient] = await recipientsOf(stage.api, message.id)
  const report = (type: string) =>
    stage.api('POST', '/v1/interactions', { delivery_id: recipient?.delivery_id, type })
  expect(await report('received')).toEqual({ recorded: 1, duplicate: 0, unknown: 0 })
  expect(await report('opened')).toEqual({ recorded: 1, duplicate: 0, unknown: 0 })
  expect(await report('opened')).toEqual({ recorded: 0, duplicate: 1, unknown: 0 })
  const { counts } = await stage.api('GET', `/v1/messages/${message.id}`)
  expect(counts).toMatchObject({ received: 1, opened: 1, clicked: 0 })
  expect(await stage.api('POST', '/v1/interactions', { delivery_id: 'made-up', type: 'opened' })).toEqual({
    recorded: 0,
    duplicate: 0,
    unknown: 1,
  })
})

test('why answers for a person who was sent to, one without a device and one who was not targeted', async () => {
  const nobody = await stage.api('POST', '/v1/users', {
    attributes: { email: 'nobody@example.com', tier: 'gold' },
  })
  const segment = await stage.api('POST', '/v1/segments', {
    name: 'Gold, for why',
    conditions: [{ number: 1, attribute: 'tier', operator: 'equals', value: 'gold' }],
  })
  const message = await stage.send({ to: { segment_ids: [segment.id] }, content: { title: 'Why' } })
  const why = async (email: string) =>
    stage.api('GET', `/v1/messages/${message.id}/why?user_id=${(await userOf(email)).id}`)
  expect((await why('ada@example.com')).answer).toMatch(/^Handed over to the provider for 4 of 4 devices/)
  const alan = await why('alan@example.com')
  expect(alan).toMatchObject({ targeted: false })
  expect(JSON.stringify(alan.audience)).toMatch(/basic/)
  expect(message.excluded).toEqual({ no_subscription: 1 })
  const without = await stage.api('GET', `/v1/messages/${message.id}/why?user_id=${nobody.id}`)
  expect(without.answer).toBe('Not sent: The person has no subscription for this app.')
})

test('a missing variable excludes that person alone, and nothing blank is sent', async () => {
  const user = await stage.api('POST', '/v1/users', { attributes: { email: 'nameless@example.com' } })
  const [subscribed] = await stage.subscribe({ platform: 'fcm' }, 'nameless@example.com')
  const ada = await userOf('ada@example.com')
  const message = await stage.send({
    to: { user_ids: [user.id, ada.id] },
    content: { title: 'Hi {{ user.first_name }}' },
  })
  expect(message.counts).toMatchObject({ targeted: 5, sent: 4, excluded: 1 })
  expect(message.excluded).toEqual({ render_error: 1 })
  const [row] = await recipientsOf(stage.api, message.id, '&status=excluded')
  expect(row).toMatchObject({
    subscription_id: subscribed?.id,
    reason: 'render_error',
    detail: expect.stringContaining('first_name'),
  })
})

test('a dry run does everything but call the provider', async () => {
  const before = stage.sandbox.control.stats().apns.requests
  const ada = await userOf('ada@example.com')
  const message = await stage.send({
    to: { user_ids: [ada.id] },
    content: { title: 'Dry {{ user.first_name }}' },
    dry_run: true,
  })
  expect(message.excluded).toEqual({ dry_run: 4 })
  expect(stage.sandbox.control.stats().apns.requests).toBe(before)
})

test('progress arrives as server-sent events and ends with the message', async () => {
  const ada = await userOf('ada@example.com')
  const { id } = await stage.api('POST', '/v1/messages', {
    app_id: stage.app.id,
    to: { user_ids: [ada.id] },
    content: { title: 'Watch' },
  })
  const answer = await fetch(`${stage.server.address}/v1/messages/${id}/events`, {
    headers: { authorization: `Bearer ${stage.server.key}` },
  })
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  const events = (await answer.text())
    .split('\n\n')
    .filter((part) => part.startsWith('data: '))
    .map((part) => JSON.parse(part.slice(6)))
  expect(events.at(-1)).toMatchObject({ id, status: 'finished', counts: { sent: 4, pending: 0 } })
})
