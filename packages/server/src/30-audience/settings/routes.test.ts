import { quietHoursAtFirst } from '@carillon/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer } from '../../testing/test-server.ts'

let server: Awaited<ReturnType<typeof startTestServer>>
const request: typeof server.request = (...args) => server.request(...args)
beforeAll(async () => {
  server = await startTestServer({ ROLES: 'api,scheduler' })
  for (const attribute of [
    { name: 'member', type: 'number', required: true },
    { name: 'nick', type: 'string' },
    { name: 'vip', type: 'boolean', required: true },
  ])
    await request('POST', '/v1/attributes', attribute)
})
afterAll(() => server.close())

const settings = async () => (await request('GET', '/v1/settings')).body
const finished = async (id: string) => {
  await expect.poll(async () => (await request('GET', `/v1/jobs/${id}`)).body.status).toBe('finished')
  return (await request('GET', `/v1/jobs/${id}`)).body
}

test('has defaults, and changes what is given', async () => {
  const defaults = {
    reconciliation_key: 'email',
    max_attempts: 10,
    default_ttl_seconds: 86_400,
    time_zone: 'UTC',
    campaign_interval_seconds: 3_600,
    cors: { enabled: false, domains: [] },
    audit_retention_days: 400,
    event_retention_days: 30,
    campaign_types: [],
    event_types: [],
    quiet_hours: quietHoursAtFirst,
    holdout: { percent: 0, salt: '1' },
    sms_replies: { stop: null, start: null, help: null },
  }
  expect(await settings()).toEqual(defaults)
  const { status, body } = await request('PUT', '/v1/settings', {
    max_attempts: 3,
    time_zone: 'Asia/Kolkata',
  })
  expect(status).toBe(200)
  expect(body).toEqual({ ...defaults, max_attempts: 3, time_zone: 'Asia/Kolkata' })
  expect(await settings()).toEqual(body)
  expect((await request('PUT', '/v1/settings', { time_zone: 'Mars/Base' })).status).toBe(422)
})

test('the reconciliation key must be a declared, required text or number attribute', async () => {
  for (const attribute of ['unknown', 'nick', 'vip']) {
    const posted = await request('POST', '/v1/settings/reconciliation-key', { attribute, dry_run: true })
    expect(posted).toMatchObject({ status: 422, body: { errors: [{ pointer: '/attribute' }] } })
    const put = await request('PUT', '/v1/settings', { reconciliation_key: attribute, max_attempts: 9 })
    expect(put).toMatchObject({ status: 422, body: { errors: [{ pointer: '/reconciliation_key' }] } })
  }
  expect(await settings()).toMatchObject({ reconciliation_key: 'email', max_attempts: 3 })
})

test('replacing the key by either call re-links devices, and the old key matches no longer', async () => {
  const app = (await request('POST', '/v1/apps', { name: 'Shop' })).body
  const device = { app_id: app.id, platform: 'fcm' }
  const register = async (token: string, reconciliation_value: string) =>
    (await request('POST', '/v1/subscriptions', { ...device, token, reconciliation_value })).body
  const userId = (
    await request('POST', '/v1/users', { attributes: { email: 'a@x.de', member: 7, vip: false } })
  ).body.id
  const [byEmail, byNumber] = [await register('t1', 'a@x.de'), await register('t2', '7')]
  expect([byEmail.user_id, byNumber.user_id]).toEqual([userId, null])

  const dry = await request('POST', '/v1/settings/reconciliation-key', { attribute: 'member', dry_run: true })
  expect(dry.status).toBe(202)
  const counts = { matched: 1, unmatched: 1, ambiguous: 0, changed: 2 }
  expect((await finished(dry.body.id)).result).toEqual(counts)
  expect(await settings()).toMatchObject({ reconciliation_key: 'email' })

  const real = await request('POST', '/v1/settings/reconciliation-key', { attribute: 'member' })
  expect((await finished(real.body.id)).result).toEqual(counts)
  expect(await settings()).toMatchObject({ reconciliation_key: 'member' })
  const linkOf = async ({ id }: { id: string }) =>
    (await request('GET', `/v1/subscriptions/${id}`)).body.user_id
  expect([await linkOf(byEmail), await linkOf(byNumber)]).toEqual([null, userId])
  expect((await register('t3', 'a@x.de')).user_id).toBeNull()
  expect((await register('t4', ' 7 ')).user_id).toBe(userId)
  const second = await request('POST', '/v1/users', { attributes: { member: 7, vip: true } })
  expect(second.body).toMatchObject({ code: 'already_exists', existing_id: userId })

  const back = await request('PUT', '/v1/settings', { reconciliation_key: 'email' })
  expect(back.body).toMatchObject({ reconciliation_key: 'email', max_attempts: 3 })
  await expect.poll(() => linkOf(byEmail)).toBe(userId)
  await expect.poll(() => linkOf(byNumber)).toBeNull()
})

test('types may be listed, and one in use stays in the list', async () => {
  await request('PUT', '/v1/settings', { reconciliation_key: 'email' })
  const app = (await request('POST', '/v1/apps', { name: 'Types' })).body.id
  const create = (name: string, type?: string) =>
    request('POST', '/v1/event-definitions', { name, type, app_id: app, content: { title: 'T' } })
  expect((await create('free', 'whatever')).status).toBe(201)
  const unused = await request('PUT', '/v1/settings', { event_types: ['orders'] })
  expect(unused).toMatchObject({ status: 409, body: { errors: [{ pointer: '/event_types' }] } })
  const listed = { event_types: ['orders', 'whatever'], campaign_types: ['sale'] }
  expect(await request('PUT', '/v1/settings', listed)).toMatchObject({ status: 200, body: listed })
  expect(await create('unlisted', 'other')).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/type' }] },
  })
  expect((await create('listed', 'orders')).status).toBe(201)
  expect((await create('without')).status).toBe(201)
  const campaign = (type: string) =>
    request('POST', '/v1/campaigns', {
      name: type,
      type,
      zone: 'UTC',
      start_local: '2030-01-01T00:00',
      end_local: '2030-02-01T00:00',
    })
  expect(await campaign('spring')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/type' }] } })
  expect((await campaign('sale')).status).toBe(201)
  expect((await request('PUT', '/v1/settings', { campaign_types: ['other'] })).status).toBe(409)
  expect((await request('PUT', '/v1/settings', { campaign_types: [] })).status).toBe(200)
})
