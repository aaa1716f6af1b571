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
