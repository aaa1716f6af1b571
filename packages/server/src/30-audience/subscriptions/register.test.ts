import { createECDH, randomBytes } from 'node:crypto'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer } from '../../testing/test-server.ts'

let server: Awaited<ReturnType<typeof startTestServer>>
const request: typeof server.request = (...args) => server.request(...args)
let app: { id: string; publishable_key: string }
let guarded: { id: string; publishable_key: string }
const identityKey = 'an identity key of 32 characters or more'

beforeAll(async () => {
  server = await startTestServer({ ROLES: 'api' })
  app = (await request('POST', '/v1/apps', { name: 'Shop' })).body
  guarded = (
    await request('POST', '/v1/apps', {
      name: 'Bank',
      identity_required: true,
      identity_key: identityKey,
    })
  ).body
})
afterAll(() => server.close())

const hex = () => randomBytes(32).toString('hex')
const register = (device: object) =>
  request('POST', '/v1/subscriptions', { app_id: app.id, platform: 'apns', ...device })
const asDevice = (of: { publishable_key: string }) => ({ authorization: `Bearer ${of.publishable_key}` })
const read = async (id: string) => (await request('GET', `/v1/subscriptions/${id}`)).body
const createUser = async (email: string) =>
  (await request('POST', '/v1/users', { attributes: { email } })).body.id as string

test('a new device answers 201; the same again and a changed detail 200 with the same id', async () => {
  const device = { token: hex(), device_id: 'known', locale: 'de', app_version: '1.0' }
  const first = await register(device)
  expect(first.status).toBe(201)
  expect(first.body).toEqual({ id: expect.any(String), status: 'active', user_id: null })
  const same = await register(device)
  expect(same).toMatchObject({ status: 200, body: first.body })
  const changed = await register({ ...device, app_version: '1.1', permission: 'denied' })
  expect(changed).toMatchObject({ status: 200, body: first.body })
  expect(await read(first.body.id)).toMatchObject({
    token: device.token,
    locale: 'de',
    app_version: '1.1',
    permission: 'denied',
    environment: 'production',
  })
})

test('every registration renews the time of registration', async () => {
  const device = { token: hex() }
  const { body } = await register(device)
  const before = await read(body.id)
  await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(before.registered_at))
  await register(device)
  const after = await read(body.id)
  expect(Date.parse(after.registered_at)).toBeGreaterThan(Date.parse(before.registered_at))
  expect(after.created_at).toBe(before.created_at)
})

test('APNs tokens that differ in capitals are one device', async () => {
  const token = hex()
  const { body } = await register({ token })
  expect((await register({ token: token.toUpperCase() })).body.id).toBe(body.id)
})

test('a new token of the same device replaces the old one, which is free for another', async () => {
  const old = hex()
  const first = await register({ token: old, device_id: 'rotates' })
  const rotated = await register({ token: hex(), device_id: 'rotates' })
  expect(rotated).toMatchObject({ status: 200, body: { id: first.body.id } })
  const other = await register({ token: old, device_id: 'takes the old one' })
  expect(other.status).toBe(201)
  expect(other.body.id).not.toBe(first.body.id)
})

test('a token that moves to another known device leaves the older row, and one device has one row', async () => {
  const [mine, yours] = [hex(), hex()]
  const a = await register({ token: mine, device_id: 'moves-a' })
  const b = await register({ token: yours, device_id: 'moves-b' })
  const moved = await register({ token: mine, device_id: 'moves-b' })
  expect(moved).toMatchObject({ status: 200, body: { id: b.body.id } })
  expect((await read(b.body.id)).token).toBe(mine)
  expect((await request('GET', `/v1/subscriptions/${a.body.id}`)).status).toBe(404)
})

test('reinstalling ten times gives one copy, of nobody until somebody signs in', async () => {
  const userId = await createUser('reinstalls@example.com')
  const token = hex()
  const first = await register({
    token,
    device_id: 'install-0',
    reconciliation_value: 'reinstalls@example.com',
  })
  expect(first.body.user_id).toBe(userId)
  for (let i = 1; i <= 10; i += 1) {
    const again = await register({ token, device_id: `install-${i}` })
    expect(again.body).toEqual({ id: first.body.id, status: 'active', user_id: null })
  }
  const back = await register({
    token,
    device_id: 'install-10',
    reconciliation_value: 'reinstalls@example.com',
  })
  expect(back.body).toEqual(first.body)
  const { body } = await request('GET', `/v1/subscriptions?user_id=${userId}`)
  expect(body.data).toHaveLength(1)
})

test('a Firebase installation id replaces the token of the same device', async () => {
  const device = { platform: 'fcm', device_id: 'android' }
  const first = await register({ ...device, token: 'a:b-token' })
  const upgraded = await register({ ...device, token: 'fid-1', target: 'fid' })
  expect(upgraded).toMatchObject({ status: 200, body: { id: first.body.id } })
  const row = await server.store.db
    .selectFrom('subscriptions')
    .select(['token', 'target'])
    .where('id', '=', first.body.id)
    .executeTakeFirst()
  expect(row).toEqual({ token: 'fid-1', target: 'fid' })
})

test('registering again revives what was unsubscribed or retired, as the same row', async () => {
  const device = { token: hex() }
  const { body } = await register(device)
  await request('PATCH', `/v1/subscriptions/${body.id}`, { status: 'unsubscribed' })
  expect((await read(body.id)).status).toBe('unsubscribed')
  expect((await register(device)).body).toEqual(body)
  await server.store.db
    .updateTable('subscriptions')
    .set({ status: 'retired', status_reason: 'Unregistered' })
    .where('id', '=', body.id)
    .execute()
  expect((await register(device)).body).toEqual(body)
  expect(await read(body.id)).toMatchObject({ status: 'active', status_reason: null })
})

test('parallel registrations of one token end with one row and no error', async () => {
  const device = { token: hex(), device_id: 'parallel' }
  const answers = await Promise.all(Array.from({ length: 10 }, () => register(device)))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201])
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
})

test('devices that trade their tokens at the same time end with one row each', async () => {
  const [one, two] = [hex(), hex()]
  await register({ token: one, device_id: 'trade-1' })
  await register({ token: two, device_id: 'trade-2' })
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      register(i % 2 === 0 ? { token: two, device_id: 'trade-1' } : { token: one, device_id: 'trade-2' }),
    ),
  )
  for (const { status } of answers) expect([200, 201]).toContain(status)
  const { body } = await request('GET', `/v1/subscriptions?app_id=${app.id}&limit=200`)
  const rows = body.data.filter((row: { token: string }) => [one, two].includes(row.token))
  expect(rows.map((row: { device_id: string }) => row.device_id).sort()).toEqual(['trade-1', 'trade-2'])
})

test('phone and tablet with the same reconciliation value belong to the same user', async () => {
  const userId = await createUser('user1@hcl.com')
  const phone = await register({ token: hex(), reconciliation_value: 'user1@hcl.com' })
  const tablet = await register({ token: hex(), reconciliation_value: ' USER1@HCL.com ' })
  expect([phone.body.user_id, tablet.body.user_id]).toEqual([userId, userId])
  expect((await request('GET', `/v1/users/${userId}`)).body.subscriptions).toBe(2)
})

test('a device that came first waits for its user and is linked when the user is created or changed', async () => {
  const early = await register({ token: hex(), reconciliation_value: 'early@example.com' })
  expect(early.body.user_id).toBeNull()
  const userId = await createUser('Early@example.com')
  expect((await read(early.body.id)).user_id).toBe(userId)

  const changed = await register({ token: hex(), reconciliation_value: 'changed@example.com' })
  await request('PATCH', `/v1/users/${userId}`, { attributes: { email: 'changed@example.com' } })
  expect((await read(changed.body.id)).user_id).toBe(userId)
  // The old address may be somebody else's from now on.
  expect((await read(early.body.id)).user_id).toBeNull()

  const batched = await register({ token: hex(), reconciliation_value: 'batched@example.com' })
  const users = [{ attributes: { email: 'batched@example.com' } }]
  const { body } = await request('POST', '/v1/users/batch', { users })
  expect((await read(batched.body.id)).user_id).toBe(body.results[0].id)
})

test('a device and its user that appear at the same time find each other', async () => {
  for (let i = 0; i < 10; i += 1) {
    const value = `meet${i}@example.com`
    const [device, userId] = await Promise.all([
      register({ token: hex(), reconciliation_value: value }),
      createUser(value),
    ])
    expect((await read(device.body.id)).user_id).toBe(userId)
  }
})

test('the next person on a device gets it for themselves, and after a logout nobody does', async () => {
  const [one, two] = [await createUser('first@example.com'), await createUser('second@example.com')]
  const device = { token: hex(), device_id: 'shared' }
  const first = await register({ ...device, reconciliation_value: 'first@example.com' })
  expect(first.body.user_id).toBe(one)
  const second = await register({ ...device, reconciliation_value: 'second@example.com' })
  expect(second).toMatchObject({ status: 200, body: { id: first.body.id, user_id: two } })
  // An app start that names nobody changes nothing.
  expect((await register(device)).body.user_id).toBe(two)
  const out = await request('PATCH', `/v1/subscriptions/${first.body.id}`, { reconciliation_value: null })
  expect(out.body).toEqual({ id: first.body.id, status: 'active', user_id: null })
  expect(await read(first.body.id)).toMatchObject({ user_id: null, reconciliation_value: null })
})

test('a secret key links by user id, which must exist and fit a reconciliation value beside it', async () => {
  const userId = await createUser('byid@example.com')
  const device = { token: hex() }
  expect((await register({ ...device, user_id: userId })).body.user_id).toBe(userId)
  expect((await register({ ...device, user_id: null })).body.user_id).toBeNull()
  const stranger = await register({ ...device, user_id: '0190b7a0-0000-7000-8000-000000000000' })
  expect(stranger.body.errors[0].pointer).toBe('/user_id')
  const both = { user_id: userId, reconciliation_value: 'byid@example.com' }
  expect((await register({ ...device, ...both })).body.user_id).toBe(userId)
  const torn = await register({ ...device, ...both, reconciliation_value: 'else@example.com' })
  expect(torn.body.errors[0].pointer).toBe('/user_id')
})

test('a publishable key reaches its own app alone and names nobody by id', async () => {
  const device = { app_id: app.id, platform: 'fcm', token: 'pk-token' }
  const own = await request('POST', '/v1/subscriptions', device, asDevice(app))
  expect(own.status).toBe(201)
  const foreign = asDevice(guarded)
  expect((await request('POST', '/v1/subscriptions', device, foreign)).status).toBe(403)
  const path = `/v1/subscriptions/${own.body.id}`
  expect((await request('PATCH', path, { permission: 'denied' }, foreign)).status).toBe(403)
  expect((await request('DELETE', path, undefined, foreign)).status).toBe(403)
  expect((await request('GET', path, undefined, asDevice(app))).status).toBe(403)
  const userId = await createUser('pk@example.com')
  for (const body of [{ user_id: userId }, { user_id: null }])
    expect((await request('PATCH', path, body, asDevice(app))).status).toBe(403)
  const named = await request('POST', '/v1/subscriptions', { ...device, user_id: userId }, asDevice(app))
  expect(named.status).toBe(403)
  expect((await request('PATCH', path, { permission: 'denied' }, asDevice(app))).status).toBe(200)
  expect((await request('DELETE', path, undefined, asDevice(app))).status).toBe(204)
  expect((await request('DELETE', path, undefined, asDevice(app))).status).toBe(404)
})

const sign = (claims: { sub?: string; exp?: string }, key = identityKey, alg = 'HS256') => {
  const jwt = new SignJWT({}).setProtectedHeader({ alg }).setExpirationTime(claims.exp ?? '5m')
  return (claims.sub ? jwt.setSubject(claims.sub) : jwt).sign(new TextEncoder().encode(key))
}

test('where identity is required a device claims a person only with a valid token of that person', async () => {
  const userId = await createUser('safe@example.com')
  const claim = (user_token?: string, token = hex()) =>
    request(
      'POST',
      '/v1/subscriptions',
      { app_id: guarded.id, platform: 'apns', token, reconciliation_value: 'Safe@example.com', user_token },
      asDevice(guarded),
    )
  expect((await claim()).body.code).toBe('identity_required')
  const wrong = [
    'not a token',
    await sign({ sub: 'other@example.com' }),
    await sign({}),
    await sign({ sub: 'safe@example.com', exp: '1 second ago' }),
    await sign({ sub: 'safe@example.com' }, 'another key that is long enough to sign'),
    await sign({ sub: 'safe@example.com' }, identityKey, 'HS384'),
  ]
  for (const token of wrong) {
    const answer = await claim(token)
    expect(answer).toMatchObject({ status: 403, body: { code: 'identity_invalid' } })
  }
  const proven = await claim(await sign({ sub: 'SAFE@example.com' }))
  expect(proven).toMatchObject({ status: 201, body: { user_id: userId } })

  const path = `/v1/subscriptions/${proven.body.id}`
  const out = await request('PATCH', path, { reconciliation_value: null }, asDevice(guarded))
  expect(out.body.user_id).toBeNull()
  const back = { reconciliation_value: 'safe@example.com' }
  expect((await request('PATCH', path, back, asDevice(guarded))).body.code).toBe('identity_required')
  const user_token = await sign({ sub: 'safe@example.com' })
  const signed = await request('PATCH', path, { ...back, user_token }, asDevice(guarded))
  expect(signed.body.user_id).toBe(userId)
  // A server is trusted as it is.
  const fromServer = { app_id: guarded.id, platform: 'apns', token: hex(), ...back }
  expect((await request('POST', '/v1/subscriptions', fromServer)).body.user_id).toBe(userId)
})

test('a device id alone does not bring a person’s messages to another token where identity is required', async () => {
  const userId = await createUser('victim@example.com')
  const device = { app_id: guarded.id, platform: 'apns', device_id: 'guessed' }
  const proof = {
    reconciliation_value: 'victim@example.com',
    user_token: await sign({ sub: 'victim@example.com' }),
  }
  const token = hex()
  const send = (more: object) =>
    request('POST', '/v1/subscriptions', { ...device, ...more }, asDevice(guarded))
  expect((await send({ token, ...proof })).body.user_id).toBe(userId)
  expect((await send({ token })).body.user_id).toBe(userId)
  expect((await send({ token: hex() })).body.user_id).toBeNull()
})

const webPushKeys = () => {
  const ecdh = createECDH('prime256v1')
  return { p256dh: ecdh.generateKeys().toString('base64url'), auth: randomBytes(16).toString('base64url') }
}

test('takes of each platform what its devices have', async () => {
  const good = [
    { platform: 'apns', token: 'ab'.repeat(80) },
    { platform: 'fcm', token: 'anything:at-all' },
    { platform: 'wns', token: 'https://db5p.notify.windows.com/?token=abc' },
    { platform: 'webpush', endpoint: 'https://push.example.net/x/1', keys: webPushKeys() },
  ]
  for (const device of good) expect((await register(device)).status).toBe(201)
  const keys = webPushKeys()
  const bad: [object, string][] = [
    [{ platform: 'apns', token: 'not hex' }, '/token'],
    [{ platform: 'apns', token: 'abc' }, '/token'],
    [{ platform: 'apns' }, '/token'],
    [{ platform: 'wns', token: 'http://notify.windows.com/' }, '/token'],
    [{ platform: 'fcm', endpoint: 'https://x.example/' }, '/endpoint'],
    [{ platform: 'apns', token: hex(), target: 'fid' }, '/target'],
    [{ platform: 'webpush', endpoint: 'http://push.example.net/x', keys }, '/endpoint'],
    [{ platform: 'webpush', keys }, '/endpoint'],
    [{ platform: 'webpush', endpoint: 'https://push.example.net/x' }, '/keys'],
    [
      { platform: 'webpush', endpoint: 'https://push.example.net/x', keys: { ...keys, auth: 'AAAA' } },
      '/keys',
    ],
    [
      { platform: 'webpush', endpoint: 'https://push.example.net/x', keys: { ...keys, p256dh: 'AAAA' } },
      '/keys',
    ],
    [{ platform: 'webpush', token: 'x', keys }, '/token'],
    [{ token: hex(), reconciliation_value: '  ' }, '/reconciliation_value'],
    [{ token: hex(), app_id: '0190b7a0-0000-7000-8000-000000000000' }, '/app_id'],
  ]
  for (const [device, pointer] of bad) {
    const { status, body } = await register(device)
    expect({ status, pointer: body.errors?.[0].pointer, device }).toEqual({ status: 422, pointer, device })
  }
})
