import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer } from '../../testing/test-server.ts'
import { shownToken } from './subscription-view.ts'

let server: Awaited<ReturnType<typeof startTestServer>>
const request: typeof server.request = (...args) => server.request(...args)
let appId: string

beforeAll(async () => {
  server = await startTestServer({ ROLES: 'api' })
  appId = (await request('POST', '/v1/apps', { name: 'Shop' })).body.id
})
afterAll(() => server.close())

const hex = () => randomBytes(32).toString('hex')
const register = async (device: object = {}) =>
  (await request('POST', '/v1/subscriptions', { app_id: appId, platform: 'apns', token: hex(), ...device }))
    .body
const list = async (query: string) => (await request('GET', `/v1/subscriptions?${query}`)).body
const idsOf = (page: { data: { id: string }[] }) => page.data.map(({ id }) => id)

test('lists newest first with filters and pages', async () => {
  const other = (await request('POST', '/v1/apps', { name: 'Other' })).body.id
  const userId = (await request('POST', '/v1/users', { attributes: { email: 'list@example.com' } })).body.id
  const ids: string[] = []
  for (const device of [
    { platform: 'fcm', token: 'f1' },
    { user_id: userId },
    { app_id: other, user_id: userId },
  ])
    ids.unshift((await register(device)).id)
  const [elsewhere = '', linked = '', android = ''] = ids
  expect(idsOf(await list(`app_id=${appId}`))).toEqual([linked, android])
  expect(idsOf(await list(`user_id=${userId}`))).toEqual([elsewhere, linked])
  expect(idsOf(await list('platform=fcm'))).toEqual([android])
  await request('PATCH', `/v1/subscriptions/${linked}`, { status: 'unsubscribed' })
  expect(idsOf(await list('status=unsubscribed'))).toEqual([linked])
  const first = await list('limit=2')
  expect(idsOf(first)).toEqual([elsewhere, linked])
  expect(idsOf(await list(`limit=2&cursor=${first.page.next_cursor}`))).toEqual([android])
  expect((await request('GET', '/v1/subscriptions?cursor=nonsense')).body.code).toBe('invalid_cursor')
})

test('shows the whole token to keys that could send to it, a shortened one to others', () => {
  expect(shownToken('0123456789abcdef', 'secret')).toBe('0123456789abcdef')
  expect(shownToken('0123456789abcdef', 'console')).toBe('0123456789abcdef')
  expect(shownToken('0123456789abcdef', 'publishable')).toBe('0123…cdef')
  expect(shownToken('01234567', 'publishable')).toBe('0123…')
})

test('changes what is given and nothing else', async () => {
  const { id } = await register({ device_id: 'patched', locale: 'de', device_name: 'Phone' })
  const change = { locale: 'fr', permission: 'provisional', environment: 'sandbox', status: 'unsubscribed' }
  const answer = await request('PATCH', `/v1/subscriptions/${id}`, change)
  expect(answer).toMatchObject({ status: 200, body: { id, status: 'unsubscribed', user_id: null } })
  const row = (await request('GET', `/v1/subscriptions/${id}`)).body
  expect(row).toMatchObject({ ...change, device_id: 'patched', device_name: 'Phone' })
  expect((await request('PATCH', `/v1/subscriptions/${id}`, {})).status).toBe(200)
  expect((await request('PATCH', `/v1/subscriptions/${id}`, { status: 'retired' })).status).toBe(422)
  expect((await request('PATCH', `/v1/subscriptions/${id}`, { status: 'active' })).body.status).toBe('active')
})

test('does not let a change take another row’s device id', async () => {
  await register({ device_id: 'taken' })
  const { id } = await register()
  const answer = await request('PATCH', `/v1/subscriptions/${id}`, { device_id: 'taken' })
  expect(answer).toMatchObject({ status: 409, body: { code: 'already_exists' } })
  expect((await request('PATCH', `/v1/subscriptions/${id}`, { device_id: 'free' })).status).toBe(200)
})

test('erasing a user takes the devices along and leaves what waited for the value', async () => {
  const email = 'erased@example.com'
  const userId = (await request('POST', '/v1/users', { attributes: { email } })).body.id
  const mine = await register({ reconciliation_value: email })
  const other = await register()
  await request('DELETE', `/v1/users/${userId}`)
  expect((await request('GET', `/v1/subscriptions/${mine.id}`)).status).toBe(404)
  expect((await request('GET', `/v1/subscriptions/${other.id}`)).status).toBe(200)
})

test('registers a batch in order and answers for each item', async () => {
  const token = hex()
  const device = { app_id: appId, platform: 'apns' }
  const userId = (await request('POST', '/v1/users', { attributes: { email: 'batch@example.com' } })).body.id
  const { status, body } = await request('POST', '/v1/subscriptions/batch', {
    subscriptions: [
      { ...device, token, reconciliation_value: 'batch@example.com' },
      { ...device, token: 'not hex' },
      { ...device, token: hex(), colour: 'red' },
      { ...device, token, device_id: 'batched' },
      { ...device, token: hex(), user_id: '0190b7a0-0000-7000-8000-000000000000' },
      { ...device, token: hex() },
    ],
  })
  expect(status).toBe(200)
  const { results } = body
  expect(results.map((each: { status: number }) => each.status)).toEqual([201, 422, 422, 200, 422, 201])
  expect(results.map((each: { index: number }) => each.index)).toEqual([0, 1, 2, 3, 4, 5])
  expect(results[3].id).toBe(results[0].id)
  expect(results[1].error.pointer).toBe('/token')
  expect(results[2].error.pointer).toBe('/colour')
  expect(results[4].error.pointer).toBe('/user_id')
  expect((await request('GET', `/v1/subscriptions/${results[0].id}`)).body).toMatchObject({
    device_id: 'batched',
    user_id: userId,
  })
  const many = Array.from({ length: 101 }, () => ({ ...device, token: hex() }))
  expect((await request('POST', '/v1/subscriptions/batch', { subscriptions: many })).status).toBe(422)
  const hundred = await request('POST', '/v1/subscriptions/batch', { subscriptions: many.slice(1) })
  expect(hundred.body.results.every((each: { status: number }) => each.status === 201)).toBe(true)
})

test('people decide over suspects of one app: back to active, or retired with the reason they had', async () => {
  const suspects = [await register(), await register({ platform: 'fcm', token: 's1' })].map(({ id }) => id)
  const bystander = await register()
  await server.store.db
    .updateTable('subscriptions')
    .set({ status: 'suspect', status_reason: 'BadDeviceToken' })
    .where('id', 'in', suspects)
    .execute()
  const review = (body: object) => request('POST', '/v1/subscriptions/suspects', body)
  const restored = await review({ app_id: appId, platform: 'fcm', decision: 'restore' })
  expect(restored.body).toEqual({ changed: 1 })
  expect((await review({ app_id: appId, decision: 'retire' })).body).toEqual({ changed: 1 })
  const statuses = [...suspects, bystander.id].map(
    async (id) => (await request('GET', `/v1/subscriptions/${id}`)).body,
  )
  expect(await Promise.all(statuses)).toMatchObject([
    { status: 'retired', status_reason: 'BadDeviceToken' },
    { status: 'active', status_reason: null },
    { status: 'active' },
  ])
  const unknown = await review({ app_id: '0190b7a0-0000-7000-8000-000000000000', decision: 'retire' })
  expect(unknown.status).toBe(422)
})
