import { type Endpoint, endpoints } from '@carillon/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearing, type Client, createClient, pathTo } from './hostile-client.ts'
import { foreignMark, openWorld, type World } from './hostile-world.ts'

let world: World
let client: Client
beforeAll(async () => {
  world = await openWorld()
  client = createClient(world)
}, 120_000)
afterAll(() => world.close())

describe('who may not', () => {
  const guarded = endpoints.filter(({ access }) => access !== 'public')
  const titled = (list: readonly Endpoint[]) =>
    list.map((each) => [`${each.method} ${each.path}`, each] as const)

  test.each(titled(guarded))('%s needs a key that is one', async (_, { method, path }) => {
    const concrete = pathTo(path, world.own)
    const bad = [
      'Bearer',
      'Bearer ',
      'Basic Og==',
      `Bearer ${world.server.key}x`,
      `bearer  ${world.server.key}`,
      'Bearer é',
      world.server.key,
    ]
    const headers: Record<string, string>[] = [
      ...bad.map((authorization) => ({ authorization })),
      {},
      { cookie: 'carillon_session=' },
    ]
    // So many wrong keys are slowed down sooner or later.
    for (const each of headers)
      expect([401, 429]).toContain((await client.ask({ method, path: concrete, headers: each })).status)
  })

  const notForDevices = guarded.filter(({ access }) => access !== 'device')
  test.each(titled(notForDevices))('%s is closed to a publishable key', async (_, { method, path, body }) => {
    const answer = await client.ask({
      method,
      path: pathTo(path, world.own),
      headers: bearing(world.publishableKey, body ? { 'content-type': 'application/json' } : {}),
      ...(body ? { body: '{}' } : {}),
    })
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden'])
  })

  test('a publishable key reaches no other app of its own workspace', async () => {
    const other = await world.api('POST', '/v1/apps', { name: 'Other' })
    const device = { platform: 'apns', token: 'f0'.repeat(32) }
    const theirs = await world.api('POST', '/v1/subscriptions', { app_id: other.id, ...device })
    const headers = bearing(world.publishableKey, { 'content-type': 'application/json' })
    const asDevice = (method: string, path: string, body: unknown) =>
      client.ask({ method, path, headers, body: JSON.stringify(body) })
    expect((await asDevice('POST', '/v1/subscriptions', { app_id: other.id, ...device })).status).toBe(403)
    expect((await asDevice('PATCH', `/v1/subscriptions/${theirs.id}`, {})).status).toBe(403)
    expect((await asDevice('DELETE', `/v1/subscriptions/${theirs.id}`, undefined)).status).toBe(403)
    const claim = { app_id: world.own.app, platform: 'apns', token: 'f1'.repeat(32), user_id: world.own.user }
    expect((await asDevice('POST', '/v1/subscriptions', claim)).status).toBe(403)
  })

  const byId = guarded.filter(({ path }) => path.includes('{id}'))
  test.each(titled(byId))('%s does not find what belongs to another workspace', async (_, endpoint) => {
    const { method, path } = endpoint
    const body = bodies(world)[endpoint.id]
    const query = endpoint.id === 'whyMessage' ? `?user_id=${world.own.user}` : ''
    const answer = await client.ask({
      method,
      path: pathTo(path, world.foreign) + query,
      headers: bearing(world.server.key, body ? { 'content-type': 'application/json' } : {}),
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found'])
    expect(answer.text).not.toContain(foreignMark)
  })

  test('nothing of another workspace can be named in a body or a query', async () => {
    const { own, foreign } = world
    const content = { title: 'x' }
    const token = 'aa'.repeat(32)
    const inSegment = [{ number: 1, operator: 'in_segment', value: foreign.segment }]
    const opened = [{ number: 1, operator: 'opened', value: foreign.message }]
    const invoke = `/v1/event-definitions/${own.activeEvent}/invoke`
    const variables = { order_id: 'x' }
    const naming: [string, unknown][] = [
      ['/v1/messages', { app_id: foreign.app, to: { all: true }, content }],
      ['/v1/messages', { app_id: own.app, to: { user_ids: [foreign.user] }, content }],
      ['/v1/messages', { app_id: own.app, to: { segment_ids: [foreign.segment] }, content }],
      ['/v1/messages', { app_id: own.app, to: { subscription_ids: [foreign.subscription] }, content }],
      [
        '/v1/messages',
        { app_id: own.app, to: { user_ids: [own.user], exclude_segment_ids: [foreign.segment] }, content },
      ],
      ['/v1/messages', { app_id: own.app, to: { all: true }, template_id: foreign.template }],
      ['/v1/messages/preview', { content, user_id: foreign.user }],
      ['/v1/messages/preview', { content, app_id: foreign.app }],
      ['/v1/messages/preview', { template_id: foreign.template }],
      ['/v1/segments', { name: 'Theirs', conditions: inSegment }],
      ['/v1/segments/estimate', { conditions: opened }],
      ['/v1/segments/estimate', { conditions: [], app_id: foreign.app }],
      ['/v1/subscriptions', { app_id: foreign.app, platform: 'apns', token }],
      ['/v1/subscriptions', { app_id: own.app, platform: 'apns', token, user_id: foreign.user }],
      ['/v1/subscriptions/suspects', { app_id: foreign.app, decision: 'retire' }],
      [`/v1/apps/${own.app}/credentials/apns/test`, { subscription_id: foreign.subscription }],
      ['/v1/event-definitions', { name: 'Theirs', app_id: foreign.app, content }],
      ['/v1/event-definitions', { name: 'Theirs', app_id: own.app, template_id: foreign.template }],
      ['/v1/event-definitions/import', { app_id: foreign.app, definitions: [{ name: 'Theirs', content }] }],
      [
        '/v1/event-definitions/import',
        { definitions: [{ name: 'Theirs', app: { id: foreign.app, name: foreignMark }, content }] },
      ],
      [invoke, { users: [{ id: foreign.user }], variables }],
      [invoke, { users: [{ by: { attribute: 'crm', value: foreignMark } }], variables }],
      [invoke, { subscription_ids: [foreign.subscription], variables }],
    ]
    for (const [path, body] of naming) {
      const answer = await client.post(path, body)
      expect([path, answer.status < 500 && answer.status >= 400]).toEqual([path, true])
      expect(answer.text).not.toContain(foreignMark)
    }
    for (const query of [
      `subscriptions?app_id=${foreign.app}`,
      `subscriptions?user_id=${foreign.user}`,
      `messages?app_id=${foreign.app}`,
    ])
      expect((await client.get(`/v1/${query}`)).body.data).toEqual([])
    expect((await client.get(`/v1/messages/${own.message}/why?user_id=${foreign.user}`)).status).toBe(404)
    const payload = `/v1/event-definitions/${own.event}/payload?user_id=${foreign.user}`
    expect((await client.get(payload)).status).toBe(404)
    expect(JSON.stringify(await client.get('/v1/event-definitions/export'))).not.toContain(foreignMark)
    expect((await client.get(`/v1/users?search=${foreignMark}`)).body.data).toEqual([])
    expect((await client.get(`/v1/users/by/crm/${foreignMark}`)).status).toBe(404)
    const report = { delivery_id: world.own.delivery, type: 'opened' }
    const headers = bearing(world.foreignKey, { 'content-type': 'application/json' })
    const reported = await client.ask({
      method: 'POST',
      path: '/v1/interactions',
      headers,
      body: JSON.stringify(report),
    })
    expect(reported.body).toEqual({ recorded: 0, duplicate: 0, unknown: 1 })
  })

  test('a key that was revoked, or whose time is over, is none', async () => {
    const revoked = await world.api('POST', '/v1/keys', { name: 'Revoked' })
    expect((await client.get('/v1/me', revoked.key)).status).toBe(200)
    await world.api('DELETE', `/v1/keys/${revoked.id}`)
    expect((await client.get('/v1/me', revoked.key)).status).toBe(401)
    const over = await world.api('POST', '/v1/keys', { name: 'Over', expires_at: '2020-01-01T00:00:00Z' })
    expect((await client.get('/v1/me', over.key)).status).toBe(401)
  })

  test('a key with few scopes makes no key with more', async () => {
    const { key } = await world.api('POST', '/v1/keys', {
      name: 'Few',
      scopes: ['settings:write', 'users:read'],
    })
    const headers = bearing(key, { 'content-type': 'application/json' })
    for (const scopes of [['*'], ['users:read', 'users:write'], undefined]) {
      const body = JSON.stringify({ name: 'More', scopes })
      expect((await client.ask({ method: 'POST', path: '/v1/keys', headers, body })).status).toBe(403)
    }
  })
})

/** What the operations with an id take, so that the id is what is wrong. */
function bodies({ own }: World): Record<string, unknown> {
  const content = { title: 'x' }
  const dates = { start_local: '2030-01-01T09:00', end_local: '2030-02-01T09:00' }
  return {
    patchApp: { category: 'x' },
    putCredential: { subject: 'mailto:a@example.com' },
    testCredential: {},
    patchUser: { attributes: { n: 1 } },
    patchSubscription: { user_id: own.user },
    putSegment: { name: 'Mine', conditions: [] },
    putTemplate: { name: 'Mine', content },
    putCampaign: { name: 'Mine', zone: 'Europe/Oslo', ...dates },
    restartCampaign: dates,
    patchEventDefinition: { type: 'mine' },
    invokeEvent: { users: [{ id: own.user }], variables: { order_id: 'x' } },
    patchWebhook: { enabled: false },
    patchCap: { limit: 1 },
    patchPreferences: { consents: { marketing: 'granted' } },
    replayWebhook: { event_ids: ['evt_1'] },
    chooseWinner: { variant: 'A' },
  }
}
