import { endpoints, type ProblemCode } from '@carillon/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertKey, insertWorkspace } from '../../packages/server/src/10-access/store.ts'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { openTestStore } from '../../packages/server/src/testing/test-store.ts'
import { createApi } from '../../tools/api.ts'
import { callRaw } from './hostile-call.ts'

type Server = Awaited<ReturnType<typeof startTestServer>>

let server: Server
let app: { id: string; publishable_key: string }
const shop = 'https://www.shop.example'
const stranger = 'https://evilshop.example'

beforeAll(async () => {
  server = await startTestServer()
  app = (await server.request('POST', '/v1/apps', { name: 'Shop' })).body
})
afterAll(() => server?.close())

const permit = (cors: object) => server.request('PUT', '/v1/settings', { cors })
const corsHeadersOf = (headers: object) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'))

/** What a browser asks before it calls with a key (WHATWG Fetch, section 4.8). */
function preflight(origin: string, { path = '/v1/subscriptions', method = 'POST', address = '' } = {}) {
  return callRaw(address || server.address, {
    method: 'OPTIONS',
    path,
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type',
    },
  })
}

/** What a page of the origin then sends. */
function callFrom(origin: string, path = '/v1/subscriptions', headers: Record<string, string> = {}) {
  const body = JSON.stringify({ app_id: app.id, platform: 'fcm', token: 'a-token' })
  return callRaw(server.address, {
    method: 'POST',
    path,
    headers: {
      origin,
      authorization: `Bearer ${app.publishable_key}`,
      'content-type': 'application/json',
      ...headers,
    },
    body,
  })
}

test('it is off by default: no header is there and no preflight is approved', async () => {
  const { body } = await server.request('GET', '/v1/settings')
  expect(body.cors).toEqual({ enabled: false, domains: [] })
  for (const domains of [undefined, '*']) {
    if (domains) await permit({ domains })
    const asked = await preflight(shop)
    expect([asked.status, corsHeadersOf(asked.headers)]).toEqual([405, []])
    const called = await callFrom(shop)
    expect([called.status < 300, corsHeadersOf(called.headers)]).toEqual([true, []])
  }
})

test('a site on the list calls with a key; another one does not, though its name looks alike', async () => {
  const { status, body } = await permit({ enabled: true, domains: ' *.shop.example , other.example:8443' })
  expect([status, body.cors]).toEqual([
    200,
    { enabled: true, domains: ['*.shop.example', 'other.example:8443'] },
  ])
  const asked = await preflight(shop)
  expect(asked.status).toBe(204)
  expect(asked.headers).toMatchObject({
    'access-control-allow-origin': shop,
    'access-control-allow-methods': expect.stringContaining('POST'),
    'access-control-allow-headers': expect.stringContaining('authorization'),
    vary: 'Origin',
  })
  const called = await callFrom(shop)
  expect(called.headers).toMatchObject({ 'access-control-allow-origin': shop, vary: 'Origin' })
  for (const origin of [stranger, 'https://shop.example', 'https://other.example', 'null']) {
    const refused = await preflight(origin)
    expect([origin, refused.status, corsHeadersOf(refused.headers)]).toEqual([origin, 405, []])
    expect(corsHeadersOf((await callFrom(origin)).headers)).toEqual([])
  }
})

test('every page may call under *, and still hears its own origin and nothing of credentials', async () => {
  await permit({ enabled: true, domains: ['*'] })
  for (const origin of [shop, stranger, 'null', 'capacitor://localhost']) {
    for (const { headers } of [await preflight(origin), await callFrom(origin)]) {
      expect(headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' })
      expect(headers).not.toHaveProperty('access-control-allow-credentials')
    }
  }
})

test('a cookie opens nothing to another site, and nothing that works without a key is opened', async () => {
  const signedIn = await callRaw(server.address, {
    method: 'POST',
    path: '/v1/sign-in',
    headers: { origin: shop, 'content-type': 'application/json' },
    body: JSON.stringify({ token: server.key }),
  })
  expect([signedIn.status, corsHeadersOf(signedIn.headers)]).toEqual([200, []])
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] as string
  const byCookie = await callRaw(server.address, {
    method: 'GET',
    path: '/v1/apps',
    headers: { origin: shop, cookie },
  })
  expect([byCookie.status, corsHeadersOf(byCookie.headers)]).toEqual([200, []])
  for (const path of ['/v1/sign-in', '/v1/sign-out', '/sandbox/phones', '/', '/metrics', '/openapi.json']) {
    const asked = await preflight(shop, { path })
    expect([path, asked.status >= 400, corsHeadersOf(asked.headers)]).toEqual([path, true, []])
  }
  const withoutKey = await callRaw(server.address, {
    method: 'OPTIONS',
    path: '/v1/apps',
    headers: { origin: shop, 'access-control-request-method': 'GET' },
  })
  expect([withoutKey.status, corsHeadersOf(withoutKey.headers)]).toEqual([405, []])
})

test('whatever asks for a key can be called from a site on the list, by the methods that it takes', async () => {
  const guarded = endpoints.filter(({ access }) => access !== 'public')
  for (const { method, path } of guarded) {
    const concrete = path.replace(/\{[^}]+\}/g, app.id)
    expect([path, (await preflight(shop, { method, path: concrete })).status]).toEqual([path, 204])
    expect([path, (await preflight(shop, { method: 'TRACE', path: concrete })).status]).toEqual([path, 405])
  }
})

test('a page can read why it was refused', async () => {
  const codes: ProblemCode[] = []
  const wrong: Record<string, string>[] = [
    { authorization: 'Bearer pk_wrong' },
    { 'content-type': 'text/plain' },
  ]
  for (const headers of wrong) {
    const refused = await callFrom(shop, '/v1/subscriptions', headers)
    expect(refused.headers).toMatchObject({ 'access-control-allow-origin': shop })
    codes.push(refused.body.code)
  }
  expect(codes).toEqual(['unauthenticated', 'unsupported_media_type'])
})

test('progress can be watched from a site on the list', async () => {
  const { body } = await server.request('POST', '/v1/messages', {
    app_id: app.id,
    to: { all: true },
    content: { title: 'Later' },
    start_at: new Date(Date.now() + 3_600_000).toISOString(),
  })
  const watched = await callRaw(server.address, {
    method: 'GET',
    path: `/v1/messages/${body.id}/events`,
    headers: { origin: shop, authorization: `Bearer ${server.key}` },
  })
  expect(watched.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'access-control-allow-origin': shop,
  })
})

test('one workspace’s list opens no other workspace', async () => {
  await permit({ enabled: true, domains: 'www.shop.example' })
  const key = 'sk_theneighbours0000000'
  await server.store.db.transaction().execute(async (tx) => {
    const workspaceId = await insertWorkspace(tx, 'Neighbours')
    await insertKey(tx, key, { workspaceId, name: 'Theirs', scopes: ['*'], expiresAt: null })
  })
  const called = await callRaw(server.address, {
    method: 'GET',
    path: '/v1/apps',
    headers: { origin: shop, authorization: `Bearer ${key}` },
  })
  expect([called.status, corsHeadersOf(called.headers)]).toEqual([200, []])
})

test('a list that makes no sense is refused, and says where', async () => {
  const { status, body } = await permit({ domains: ['a.example', 'https://b.example/shop'] })
  expect([status, body.errors[0].pointer]).toEqual([422, '/cors/domains/1'])
  expect((await permit({ domains: 'a.example, *b' })).body.errors[0].pointer).toBe('/cors/domains')
  expect((await server.request('GET', '/v1/settings')).body.cors.domains).toEqual(['www.shop.example'])
})

test('a change holds in every process within two seconds', async () => {
  await using store = await openTestStore()
  const first = await startTestServer({}, { store })
  const second = await startTestServer({ ROLES: 'api' }, { store })
  try {
    const api = createApi(first.address, first.key)
    const statusAt = async (address: string) => (await preflight(shop, { address })).status
    expect([await statusAt(first.address), await statusAt(second.address)]).toEqual([405, 405])
    await api('PUT', '/v1/settings', { cors: { enabled: true, domains: '*' } })
    expect(await statusAt(first.address)).toBe(204)
    await expect.poll(() => statusAt(second.address), { timeout: 2_000, interval: 50 }).toBe(204)
    await api('PUT', '/v1/settings', { cors: { enabled: false } })
    await expect.poll(() => statusAt(second.address), { timeout: 2_000, interval: 50 }).toBe(405)
    expect((await api('GET', '/v1/settings')).cors).toEqual({ enabled: false, domains: ['*'] })
  } finally {
    await second.close()
    await first.close()
  }
})
