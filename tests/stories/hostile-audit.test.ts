import { type Endpoint, endpoints, platforms } from '@carillon/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callRaw } from './hostile-call.ts'
import { requestsTo } from './hostile-requests.ts'
import { openWorld, type World } from './hostile-world.ts'

/** Requests to each operation; with the same seed a failure comes again. */
const runs = Number(process.env.HOSTILE_RUNS ?? 20)
const seed = Number(process.env.HOSTILE_SEED ?? 20_260_101)

let world: World
beforeAll(async () => {
  world = await openWorld()
}, 120_000)
afterAll(() => world?.close())

/** Deletions last: what they take away, others ask for. */
const changes = endpoints
  .filter(({ method, access }) => method !== 'GET' && access !== 'public' && !access.endsWith(':read'))
  .sort((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'))
const titled = (list: readonly Endpoint[]) =>
  list.map((each) => [`${each.method} ${each.path}`, each] as const)

test('a key is told of by its name, also where a caller puts it into everything', async () => {
  const { key } = world.server
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const ask = (method: string, path: string, body: unknown, more = {}) =>
    callRaw(world.server.address, {
      method,
      path,
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
    })
  const person = (name: string, more = {}) => ({ attributes: { email: `${name}@example.com`, ...more } })
  const answers = [
    await ask('POST', `/v1/users?key=${key}`, person('one')),
    await ask('POST', '/v1/users', { ...person('two', { [key]: key }), identifiers: { [key]: key } }),
    await ask('POST', '/v1/users', { ...person('three'), consents: { [key]: 'granted' } }),
    await ask('POST', '/v1/users', person('four'), { 'x-request-id': key, 'idempotency-key': key }),
    await ask('POST', '/v1/users', person('five'), { 'user-agent': key, referer: `http://x/${key}` }),
    await ask('POST', '/v1/segments', { name: key, conditions: [] }),
    await ask('POST', '/v1/templates', { name: key, content: { title: key, data: { [key]: key } } }),
    await ask('POST', '/v1/apps', { name: key, identity_key: key.repeat(3) }),
  ]
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
  expect(JSON.stringify(await readEntries())).not.toContain(key)
})

test('what only some states allow is told too', async () => {
  const { api, app, own } = world
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  const later = { app_id: app.id, to: { all: true }, content: { title: 'Later' }, start_at: inDays(1) }
  const campaign = {
    name: 'Later',
    zone: 'UTC',
    segment_ids: [own.segment],
    start_local: inDays(0).slice(0, 19),
    end_local: inDays(2).slice(0, 19),
    messages: [{ name: 'Later', app_id: app.id, content: { title: 'Later' } }],
  }
  const dates = { start_local: inDays(3).slice(0, 19), end_local: inDays(4).slice(0, 19) }
  const variants = ['A', 'B'].map((name) => ({ name, content: { title: name }, weight: 1 }))
  const { content: _, ...rest } = later
  const compared = {
    ...rest,
    experiment: { variants, winner: { metric: 'opened', after_minutes: 60, test_percent: 10 } },
  }
  const device = { app_id: app.id, platform: 'fcm', token: 'preferences', user_id: own.user }
  const lives: [string, unknown, [string, string, unknown?][]][] = [
    [
      'messages',
      later,
      [
        ['POST', '/pause'],
        ['POST', '/resume'],
        ['POST', '/cancel'],
      ],
    ],
    [
      'campaigns',
      campaign,
      [
        ['POST', '/start'],
        ['POST', '/pause'],
        ['POST', '/resume'],
        ['POST', '/terminate'],
        ['POST', '/restart', dates],
      ],
    ],
    ['messages', compared, [['POST', '/winner', { variant: 'B' }]]],
    ['subscriptions', device, [['PATCH', '/preferences', { consents: { marketing: 'denied' } }]]],
    ['apps', { name: 'Short-lived' }, [['DELETE', '']]],
    ['segments', { name: 'Short-lived', conditions: [] }, [['DELETE', '']]],
  ]
  for (const [kind, body, steps] of lives) {
    const { id } = await api('POST', `/v1/${kind}`, body)
    for (const [method, step, input] of steps) await api(method, `/v1/${kind}/${id}${step}`, input)
    const told = (await readEntries()).filter(({ resource_id: about }) => about === id)
    expect(told.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `POST /v1/${kind}`,
      ...steps.map(([method, step]) => `${method} /v1/${kind}/${id}${step}`),
    ])
  }
})

describe('one entry tells of every change and none of a refusal', () => {
  test.each(titled(changes))('%s', { timeout: 120_000 }, async (_, endpoint) => {
    const known = new Set((await readEntries()).map(({ id }) => id))
    for (const request of fc.sample(requestsTo(endpoint, world), { numRuns: runs, seed })) {
      const answer = await callRaw(world.server.address, request)
      const added = (await readEntries()).filter(({ id }) => !known.has(id))
      for (const { id } of added) known.add(id)
      const { authorization } = request.headers ?? {}
      const isDevice = authorization === `Bearer ${world.publishableKey}`
      const isChange = answer.status < 300 && !answer.headers['idempotent-replayed'] && !isDevice
      expect(added.map(({ action, status }) => [action, status])).toEqual(
        isChange ? [[endpoint.id, answer.status]] : [],
      )
    }
  })
})

test('every operation had something to tell', async () => {
  const told = new Set((await readEntries()).map(({ action }) => action))
  expect(changes.map(({ id }) => id).filter((id) => !told.has(id))).toEqual([])
})

test('what is told comes out of the contract: nothing that a caller wrote stands in it', async () => {
  const paths = new Set(endpoints.map(({ path }) => path))
  const names = new Set(
    JSON.stringify(
      endpoints.map(({ body }) => body?.toJSONSchema({ unrepresentable: 'any', io: 'input' })),
    ).match(/\w+/g),
  )
  const called = (await readEntries()).filter(({ actor_kind: kind }) => kind !== 'campaign')
  for (const { path, fields, resource_id: id } of called) {
    const shape = path
      // A topic has no other id than its name.
      .replace(/^\/v1\/topics\/[a-z0-9_-]+$/, '/v1/topics/{name}')
      .replace(new RegExp(`/credentials/(${platforms.join('|')})`), '/credentials/{platform}')
      .replace(/\/[0-9a-f-]{36}(?=\/|$)/gi, '/{id}')
    expect(paths).toContain(shape)
    expect(fields.filter((name) => !names.has(name))).toEqual([])
    expect(id ?? '').toMatch(/^([0-9a-f-]{36})?$/)
  }
})

test('no secret and no token ever stands in it', async () => {
  const { fcm, apns, wns, webpush } = world.devices
  const secrets = [
    world.server.key,
    world.foreignKey,
    ...[fcm, apns, wns].map(({ token }) => token as string),
    webpush.endpoint as string,
    webpush.keys?.auth as string,
  ]
  const told = JSON.stringify(await readEntries())
  expect(secrets.filter((secret) => told.includes(secret))).toEqual([])
})

/** Of both workspaces, in the order in which they came. */
async function readEntries() {
  return world.store.db.selectFrom('audit').selectAll().orderBy('at').orderBy('id').execute()
}
