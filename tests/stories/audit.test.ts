import type { AuditEntry } from '@carillon/contract'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { openTestStore } from '../../packages/server/src/testing/test-store.ts'
import { callRaw } from './hostile-call.ts'

const dayMs = 24 * 3_600_000

let store: Awaited<ReturnType<typeof openTestStore>>
let server: Awaited<ReturnType<typeof startTestServer>>
let appId: string
let publishableKey: string

beforeAll(async () => {
  store = await openTestStore()
  server = await startTestServer({ ROLES: 'api,scheduler' }, { store })
  const app = (await request('POST', '/v1/apps', { name: 'Shop' })).body
  appId = app.id
  publishableKey = app.publishable_key
})
afterAll(async () => {
  await server?.close()
  await store?.[Symbol.asyncDispose]()
})

const request: typeof server.request = (...args) => server.request(...args)

async function entries(query = ''): Promise<AuditEntry[]> {
  const { status, body } = await request('GET', `/v1/audit?limit=200${query}`)
  expect(status).toBe(200)
  return body.data
}

async function newest(): Promise<AuditEntry> {
  return (await entries())[0] as AuditEntry
}

async function makeKey(name: string, scopes: string[]): Promise<{ id: string; authorization: string }> {
  const { id, key } = (await request('POST', '/v1/keys', { name, scopes })).body
  return { id, authorization: `Bearer ${key}` }
}

describe('an entry', () => {
  test('tells who did what to which thing, when, from where and in which request', async () => {
    const { id: keyId, authorization } = await makeKey('Shop backend', ['segments:write'])
    const before = Date.now()
    const made = await request(
      'POST',
      '/v1/segments',
      { name: 'Gold', conditions: [] },
      { authorization, 'x-request-id': 'my-own-request-1' },
    )
    expect(await newest()).toEqual({
      id: expect.any(String),
      at: expect.any(String),
      actor: { kind: 'secret', id: `key:${keyId}`, name: 'Shop backend' },
      action: 'createSegment',
      method: 'POST',
      path: '/v1/segments',
      resource: { kind: 'segments', id: made.body.id },
      message_id: null,
      fields: ['name', 'conditions'],
      status: 201,
      request_id: 'my-own-request-1',
      address: expect.stringContaining('127.0.0.1'),
    })
    const at = Date.parse((await newest()).at)
    expect(at >= before && at <= Date.now()).toBe(true)
  })

  test('tells which fields have another value now, and not those that were merely given again', async () => {
    const body = (await request('GET', '/v1/settings')).body
    await request('PUT', '/v1/settings', { ...body, max_attempts: 7, cors: { ...body.cors, enabled: true } })
    expect(await newest()).toMatchObject({ action: 'putSettings', fields: ['max_attempts', 'cors'] })
    await request('PUT', '/v1/settings', body)
    await request('PUT', '/v1/settings', body)
    expect((await newest()).fields).toEqual([])

    const user = (
      await request('POST', '/v1/users', { attributes: { email: 'a@example.com', city: 'Rome' } })
    ).body
    const change = { attributes: { city: 'Rome' }, locale: 'it' }
    await request('PATCH', `/v1/users/${user.id}`, change)
    expect(await newest()).toMatchObject({
      path: `/v1/users/${user.id}`,
      resource: { kind: 'users', id: user.id },
      fields: ['locale'],
    })
    await request('PATCH', `/v1/apps/${appId}`, { name: 'Shop', identity_key: 'k'.repeat(40) })
    expect((await newest()).fields).toEqual(['identity_key'])
  })

  test('tells of a send, and of what stops it', async () => {
    const { id } = (
      await request('POST', '/v1/messages', {
        app_id: appId,
        to: { all: true },
        content: { title: 'Later' },
        start_at: new Date(Date.now() + 3_600_000).toISOString(),
      })
    ).body
    for (const change of ['pause', 'resume', 'cancel']) await request('POST', `/v1/messages/${id}/${change}`)
    const told = await entries(`&resource=${id}`)
    expect(told.map(({ action, status }) => [action, status])).toEqual([
      ['cancelMessage', 200],
      ['resumeMessage', 200],
      ['pauseMessage', 200],
      ['createMessage', 202],
    ])
  })

  test('tells of people in the console: that they came, what they did, that they left', async () => {
    const jsonHeaders = { 'content-type': 'application/json' }
    const call = (method: string, path: string, headers: Record<string, string>, body?: object) =>
      callRaw(server.address, { method, path, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
    const came = await call('POST', '/v1/sign-in', jsonHeaders, { token: server.key })
    const cookie = String(came.headers['set-cookie']).split(';')[0] as string
    await call('POST', '/v1/templates', { ...jsonHeaders, cookie }, { name: 'Hi', content: { title: 'Hi' } })
    await call('POST', '/v1/sign-out', { cookie })
    const [left, made, entered] = await entries()
    expect([entered?.action, made?.action, left?.action]).toEqual(['signIn', 'createTemplate', 'signOut'])
    expect(made?.actor).toEqual({
      kind: 'console',
      id: expect.stringMatching(/^console:[0-9a-f]{16}$/),
      name: 'Console',
    })
    expect([entered?.actor, left?.actor]).toEqual([made?.actor, made?.actor])
  })
})

describe('the audit and the change are one', () => {
  test('they commit in one transaction, also where a request goes on after its change', async () => {
    const { id } = (await request('POST', '/v1/segments', { name: 'Silver', conditions: [] })).body
    const message = { app_id: appId, to: { all: true }, content: { title: 'x' } }
    const later = { ...message, start_at: new Date(Date.now() + dayMs).toISOString() }
    const { id: messageId } = (await request('POST', '/v1/messages', later)).body
    await request('POST', `/v1/messages/${messageId}/pause`)
    const { rows } = await sql<{ together: boolean }>`
      select s.xmin = a.xmin as together from segments s join audit a on a.resource_id = s.id::text
      where s.id = ${id}::uuid
      union all
      select m.xmin = a.xmin from messages m join audit a on a.resource_id = m.id::text and a.action = 'pauseMessage'
      where m.id = ${messageId}::uuid`.execute(store.db)
    expect(rows).toEqual([{ together: true }, { together: true }])
  })

  test('what was refused, only asked, or replayed is not told again', async () => {
    await request('POST', '/v1/segments', { name: 'Once', conditions: [] }, { 'idempotency-key': 'once' })
    const { id } = await newest()
    const replayed = await request(
      'POST',
      '/v1/segments',
      { name: 'Once', conditions: [] },
      { 'idempotency-key': 'once' },
    )
    expect(replayed.headers.get('idempotent-replayed')).toBe('true')
    expect((await request('POST', '/v1/segments', { name: 'Once', conditions: [] })).status).toBe(409)
    expect((await request('PUT', '/v1/settings', { max_attempts: 0 })).status).toBe(422)
    expect((await request('POST', '/v1/segments/estimate', { conditions: [] })).status).toBe(200)
    expect((await request('POST', '/v1/messages/preview', { content: { title: 'x' } })).status).toBe(200)
    expect((await newest()).id).toBe(id)
  })

  test('what devices report with an app’s own key is not told one by one; what a server writes is', async () => {
    const { id } = await newest()
    const device = { app_id: appId, platform: 'fcm', token: 'device-token-1' }
    const asDevice = { authorization: `Bearer ${publishableKey}` }
    expect((await request('POST', '/v1/subscriptions', device, asDevice)).status).toBe(201)
    const report = { delivery_id: 'unknown', type: 'opened' }
    expect((await request('POST', '/v1/interactions', report, asDevice)).status).toBe(202)
    expect((await newest()).id).toBe(id)
    await request('POST', '/v1/subscriptions', device)
    expect((await newest()).action).toBe('createSubscription')
  })

  test.each([
    sql`update audit set actor_name = 'Nobody'`,
    sql`delete from audit`,
    sql`truncate audit`,
  ])('nobody rewrites it (%#)', async (statement) => {
    const before = await entries()
    await expect(statement.execute(store.db)).rejects.toThrow('only added to')
    expect(await entries()).toEqual(before)
  })
})

describe('reading it', () => {
  test('takes the scope admin', async () => {
    const reader = await makeKey('Reader', ['admin'])
    const other = await makeKey('Other', ['settings:read', 'settings:write', 'messages:read'])
    for (const path of ['/v1/audit', '/v1/audit/export']) {
      expect((await request('GET', path, undefined, reader)).status).toBe(200)
      expect((await request('GET', path, undefined, other)).status).toBe(403)
    }
  })

  test('narrows it by actor, action, thing and time', async () => {
    const { id, authorization } = await makeKey('Night job', ['templates:write', 'segments:write'])
    const from = new Date().toISOString()
    await request('POST', '/v1/templates', { name: 'Night', content: { title: 'x' } }, { authorization })
    await request('POST', '/v1/segments', { name: 'Night', conditions: [] }, { authorization })
    await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse((await newest()).at))
    const to = new Date().toISOString()
    await request('POST', '/v1/templates', { name: 'Day', content: { title: 'x' } })

    const actions = async (query: string) => (await entries(query)).map(({ action }) => action)
    const both = ['createSegment', 'createTemplate']
    expect(await actions(`&actor=key:${id}`)).toEqual(both)
    expect(await actions('&actor=night%20JOB')).toEqual(both)
    expect(await actions('&actor=night%20JOB&action=createTemplate')).toEqual(['createTemplate'])
    expect(await actions('&actor=night%20JOB&resource=segments')).toEqual(['createSegment'])
    expect(await actions(`&from=${from}&to=${to}`)).toEqual(both)
    expect(await actions(`&from=${to}&to=${from}`)).toEqual([])
    expect(await actions('&from=0001-01-01T00:00:00Z&to=1960-01-01T00:00:00Z')).toEqual([])
    expect((await request('GET', '/v1/audit?from=yesterday')).body.errors[0].pointer).toBe('?from')
  })

  test('goes page by page, and whole as CSV', async () => {
    for (let i = 0; i < 5; i += 1) await makeKey('=HYPERLINK("x"), "y"', ['users:read'])
    const { authorization } = await makeKey('=HYPERLINK("x"), "y"', ['users:write'])
    await request('POST', '/v1/users', { attributes: { city: 'Oslo' } }, { authorization })
    const all = await entries()
    const paged: AuditEntry[] = []
    let cursor = ''
    do {
      const { body } = await request('GET', `/v1/audit?limit=3${cursor}`)
      paged.push(...body.data)
      cursor = body.page.next_cursor ? `&cursor=${body.page.next_cursor}` : ''
    } while (cursor)
    expect(paged).toEqual(all)

    const csv = await request('GET', '/v1/audit/export')
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const lines = csv.body.split('\r\n')
    expect(lines).toHaveLength(all.length + 2)
    expect(lines[0]).toMatch(/^id,at,actor_kind,/)
    expect(lines.slice(1, -1).map((line: string) => line.slice(0, 36))).toEqual(all.map(({ id }) => id))
    expect(lines[1]).toContain(`"'=HYPERLINK(""x""), ""y""",createUser`)
    const narrowed = await request('GET', '/v1/audit/export?action=createUser')
    expect(
      narrowed.body
        .split('\r\n')
        .slice(1, -1)
        .every((line: string) => /createUser/.test(line)),
    ).toBe(true)
  })
})

test('it is kept as long as the settings say, and the end of its time ends an entry', async () => {
  const days = async () => (await request('GET', '/v1/settings')).body.audit_retention_days
  expect(await days()).toBe(400)
  const tidiedAt = async (daysAhead: number) => {
    const now = () => new Date(Date.now() + daysAhead * dayMs)
    await (await startTestServer({ ROLES: 'worker' }, { store, now })).close()
  }
  const all = await entries()
  await tidiedAt(399)
  expect(await entries()).toEqual(all)
  await request('PUT', '/v1/settings', { audit_retention_days: 30 })
  await tidiedAt(29)
  expect((await entries()).length).toBe(all.length + 1)
  await tidiedAt(31)
  expect(await entries()).toEqual([])
})
