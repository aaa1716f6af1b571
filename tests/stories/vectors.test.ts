import type { PushPlatform } from '@carillon/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStage, type Stage } from './stage.ts'

/** The tables of rules that engagement services share; what is written nowhere else as a table. */
let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage?.close())

const request = (method: string, path: string, body?: unknown) => stage.server.request(method, path, body)
let names = 0
const unique = (what: string) => {
  names += 1
  return `${what}-${names}`
}

test('a workspace begins with these settings, and an app unpublished', async () => {
  expect(await stage.api('GET', '/v1/settings')).toMatchObject({
    reconciliation_key: 'email',
    max_attempts: 10,
    campaign_interval_seconds: 3_600,
    cors: { enabled: false, domains: [] },
  })
  expect((await stage.api('POST', '/v1/apps', { name: unique('App') })).status).toBe('unpublished')
})

test('a page holds as many rows as were asked for, and not one more', async () => {
  for (let i = 0; i < 6; i += 1) await stage.api('POST', '/v1/apps', { name: unique('App') })
  for (const limit of [1, 2, 5]) {
    const { data, page } = await stage.api('GET', `/v1/apps?limit=${limit}`)
    expect([data.length, typeof page.next_cursor]).toEqual([limit, 'string'])
  }
})

/** Each case starts from a device that is subscribed with token A. */
const situations: {
  situation: string
  change: (device: Record<string, string>) => Record<string, unknown>
  status: number
  same: boolean
  pointer?: string
}[] = [
  { situation: 'a new device', change: () => ({ device_id: 'other', token: 'B' }), status: 201, same: false },
  { situation: 'the same again', change: (device) => device, status: 200, same: true },
  {
    situation: 'a new name',
    change: (device) => ({ ...device, device_name: 'Phone' }),
    status: 200,
    same: true,
  },
  { situation: 'a new token', change: (device) => ({ ...device, token: 'B' }), status: 200, same: true },
  { situation: 'a token without its device', change: ({ token }) => ({ token }), status: 200, same: true },
  {
    situation: 'an unknown app',
    change: (device) => ({ ...device, app_id: '0197a000-0000-7000-8000-000000000000' }),
    status: 422,
    same: false,
    pointer: '/app_id',
  },
  { situation: 'no token', change: () => ({ token: '' }), status: 422, same: false, pointer: '/token' },
  {
    situation: 'an unknown platform',
    change: (device) => ({ ...device, platform: 'gcm' }),
    status: 422,
    same: false,
    pointer: '/platform',
  },
  {
    situation: 'an empty device id',
    change: (device) => ({ ...device, device_id: '' }),
    status: 422,
    same: false,
    pointer: '/device_id',
  },
]
test.each(situations)('subscribing: $situation is $status', async ({ change, status, same, pointer }) => {
  const mark = unique('device')
  const place = { app_id: stage.app.id, platform: 'fcm' }
  const device = { device_id: mark, token: `${mark}-A` }
  const first = await stage.api('POST', '/v1/subscriptions', { ...place, ...device })
  const given = change(device)
  if (given.token === 'B') given.token = `${mark}-B`
  if (given.device_id === 'other') given.device_id = `${mark}-other`
  const answer = await request('POST', '/v1/subscriptions', { ...place, ...given })
  expect([answer.status, answer.body.id === first.id]).toEqual([status, same])
  if (pointer) expect(answer.body.errors[0].pointer).toBe(pointer)
})

test('unsubscribing twice is unsubscribing once, and subscribing again revives the same subscription', async () => {
  const device = {
    app_id: stage.app.id,
    platform: 'fcm',
    device_id: unique('device'),
    token: unique('token'),
  }
  const { id } = await stage.api('POST', '/v1/subscriptions', device)
  for (let i = 0; i < 2; i += 1)
    expect((await stage.api('PATCH', `/v1/subscriptions/${id}`, { status: 'unsubscribed' })).status).toBe(
      'unsubscribed',
    )
  expect(await stage.api('POST', '/v1/subscriptions', device)).toMatchObject({ id, status: 'active' })
})

test('a user whose key value exists is refused, and the one who has it is named', async () => {
  const attributes = { email: `${unique('person')}@example.com` }
  const { id } = await stage.api('POST', '/v1/users', { attributes })
  const again = await request('POST', '/v1/users', { attributes })
  expect(again).toMatchObject({ status: 409, body: { code: 'already_exists', existing_id: id } })
})

const answers: { platform: PushPlatform; scenario: string; reason: string; status: string; next: string }[] =
  [
    { platform: 'apns', scenario: 'ok', reason: 'accepted', status: 'active', next: 'accepted' },
    {
      platform: 'fcm',
      scenario: 'unregistered',
      reason: 'token_unregistered',
      status: 'retired',
      next: 'token_retired',
    },
    {
      platform: 'webpush',
      scenario: 'unregistered',
      reason: 'token_unregistered',
      status: 'retired',
      next: 'token_retired',
    },
    {
      platform: 'wns',
      scenario: 'unregistered',
      reason: 'token_unregistered',
      status: 'retired',
      next: 'token_retired',
    },
    {
      platform: 'fcm',
      scenario: 'wrong_app',
      reason: 'token_wrong_context',
      status: 'active',
      next: 'token_wrong_context',
    },
    { platform: 'fcm', scenario: 'throttled', reason: 'accepted', status: 'active', next: 'accepted' },
    { platform: 'fcm', scenario: 'unavailable', reason: 'accepted', status: 'active', next: 'accepted' },
  ]
test.each(
  answers,
)('what $platform says of a token that is $scenario: $reason, and then $next', async (row) => {
  const { send, subscribe } = await stage.openApp(unique('Feedback'))
  const [subscribed] = await subscribe({ platform: row.platform, scenario: row.scenario as 'ok' })
  const reasonOf = async () => {
    const { id } = await send({ to: { all: true }, content: { title: 'T' } })
    const { data } = await stage.api('GET', `/v1/messages/${id}/recipients`)
    return data[0].reason
  }
  expect(await reasonOf()).toBe(row.reason)
  expect((await stage.api('GET', `/v1/subscriptions/${subscribed?.id}`)).status).toBe(row.status)
  expect(await reasonOf()).toBe(row.next)
})

test('without a credential nobody is called, and the reason is on record', async () => {
  const app = await stage.api('POST', '/v1/apps', { name: unique('Bare') })
  await stage.api('POST', `/v1/apps/${app.id}/publish`)
  await stage.api('POST', '/v1/subscriptions', { app_id: app.id, platform: 'fcm', token: unique('token') })
  const { id } = await stage.api('POST', '/v1/messages', {
    app_id: app.id,
    to: { all: true },
    content: { title: 'T' },
  })
  expect(await stage.ended(id)).toMatchObject({ counts: { targeted: 1 }, excluded: { no_credential: 1 } })
})

test('a silent push is for phones: to the web it is not applicable', async () => {
  const { send, subscribe } = await stage.openApp(unique('Silent'))
  await subscribe({ platform: 'webpush' })
  const message = await send({ to: { all: true }, content: { silent: true, data: { sync: '1' } } })
  expect(message).toMatchObject({ counts: { sent: 0 }, excluded: { not_applicable: 1 } })
})

test('cancelling counts what it kept back, and a message that has ended cannot be cancelled', async () => {
  const { start, send, subscribe } = await stage.openApp(unique('Cancelled'))
  await subscribe({ platform: 'fcm', count: 3 })
  const later = new Date(Date.now() + 3_600_000).toISOString()
  const id = await start({ to: { all: true }, content: { title: 'T' }, start_at: later })
  await stage.api('POST', `/v1/messages/${id}/cancel`)
  expect(await stage.ended(id)).toMatchObject({ status: 'cancelled', counts: { sent: 0 } })
  const done = await send({ to: { all: true }, content: { title: 'T' } })
  expect((await request('POST', `/v1/messages/${done.id}/cancel`)).status).toBe(409)
})

test('an interaction with a delivery that nobody knows is counted and answered 202; opened twice is opened once', async () => {
  const { send, subscribe } = await stage.openApp(unique('Opened'))
  await subscribe({ platform: 'fcm' })
  const { id } = await send({ to: { all: true }, content: { title: 'T' } })
  const { data } = await stage.api('GET', `/v1/messages/${id}/recipients`)
  const open = (delivery_id: string) => request('POST', '/v1/interactions', { delivery_id, type: 'opened' })
  const unknown = await open('0197a000-0000-8000-8000-000000000000')
  expect(unknown).toMatchObject({ status: 202, body: { unknown: 1 } })
  await open(data[0].delivery_id)
  await open(data[0].delivery_id)
  expect((await stage.api('GET', `/v1/messages/${id}`)).counts.opened).toBe(1)
})
