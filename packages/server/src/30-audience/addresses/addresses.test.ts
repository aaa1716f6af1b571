import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer } from '../../testing/test-server.ts'
import { syncAddresses } from './sync-addresses.ts'

let server: Awaited<ReturnType<typeof startTestServer>>
const request: typeof server.request = (...args) => server.request(...args)
let app: string
beforeAll(async () => {
  server = await startTestServer({ ROLES: 'api,scheduler' })
  app = (await request('POST', '/v1/apps', { name: 'Shop' })).body.id
})
afterAll(() => server?.close())

const mail = { host: 'mail.example.com', port: 587, security: 'starttls', from: 'shop@example.com' }
const save = async (attributes: Record<string, unknown>) =>
  (await request('POST', '/v1/users', { attributes })).body.id as string
const addressesOf = async (userId: string) =>
  (await request('GET', `/v1/subscriptions?user_id=${userId}`)).body.data.map(
    ({ platform, token, status }: Record<string, unknown>) => ({ platform, token, status }),
  )
const only = (token: string, status = 'active') => [{ platform: 'email', token, status }]

test('without an account to send from, an email address is an attribute and no more', async () => {
  expect(await addressesOf(await save({ email: 'early@example.com' }))).toEqual([])
})

test('a new account makes the addresses of everybody subscriptions', async () => {
  const people = Array.from({ length: 2_500 }, (_, i) => ({
    attributes: { email: i % 5 === 0 ? `nobody-${i}` : `p${i}@example.com` },
  }))
  for (let i = 0; i < people.length; i += 500)
    await request('POST', '/v1/users/batch', { users: people.slice(i, i + 500) })
  expect((await request('PUT', `/v1/apps/${app}/credentials/email`, mail)).status).toBe(200)
  const count = async () => {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from subscriptions where platform = 'email'`.execute(server.store.db)
    return rows[0]?.n
  }
  await expect.poll(count, { timeout: 20_000 }).toBe(2_001)
  const found = await request('POST', '/v1/segments/estimate', { conditions: [], app_id: app })
  expect(found.body).toMatchObject({
    users: 2_501,
    reachable: { email: 2_001, sms: 0 },
    reachable_users: 2_001,
  })
})

test('from then on whoever is saved has one, which follows the attribute', async () => {
  const id = await save({ email: 'Bob@Example.com' })
  expect(await addressesOf(id)).toEqual(only('Bob@example.com'))
  const patch = (email: string | null) =>
    request('PATCH', `/v1/users/${id}`, { attributes: { email, name: 'Bob' } })
  await patch('bob@example.org')
  expect(await addressesOf(id)).toEqual(only('bob@example.org'))
  await patch('not an address')
  expect(await addressesOf(id)).toEqual(only('bob@example.org', 'retired'))
  await patch('bob@example.org')
  expect(await addressesOf(id)).toEqual(only('bob@example.org'))
})

test('a dead address stays dead until another takes its place; whoever unsubscribed stays so', async () => {
  const id = await save({ email: 'cleo@example.com' })
  const set = (status: string) =>
    sql`update subscriptions set status = ${status}, status_reason = '5.1.1' where user_id = ${id}`.execute(
      server.store.db,
    )
  await set('retired')
  await request('PATCH', `/v1/users/${id}`, { attributes: { nick: 'C' } })
  expect(await addressesOf(id)).toEqual(only('cleo@example.com', 'retired'))
  await request('PATCH', `/v1/users/${id}`, { attributes: { email: 'cleo@example.org' } })
  expect(await addressesOf(id)).toEqual(only('cleo@example.org'))
  await set('unsubscribed')
  await request('PATCH', `/v1/users/${id}`, { attributes: { email: 'cleo@example.net' } })
  expect(await addressesOf(id)).toEqual(only('cleo@example.net', 'unsubscribed'))
})

test('two people may share an address, and erasing one leaves the other theirs', async () => {
  const [one, other] = [await save({ email: 'home@example.com' }), await save({ email: 'x@example.com' })]
  // As it is where another attribute is the reconciliation key.
  await sql`update users set attributes = '{"email": "home@example.com"}' where id = ${other}`.execute(
    server.store.db,
  )
  await server.store.db
    .transaction()
    .execute((tx) => syncAddresses(tx, server.workspaceId, [other], new Date()))
  expect([await addressesOf(one), await addressesOf(other)]).toEqual([
    only('home@example.com'),
    only('home@example.com'),
  ])
  await request('DELETE', `/v1/users/${one}`)
  expect([await addressesOf(one), await addressesOf(other)]).toEqual([[], only('home@example.com')])
})

test("a typed address is whose it is, or nobody's, once", async () => {
  await request('POST', `/v1/apps/${app}/publish`)
  const dave = await save({ email: 'dave@example.com' })
  const send = (addresses: string[]) =>
    request('POST', '/v1/messages', {
      app_id: app,
      channel: 'email',
      to: { addresses },
      content: { title: 'Hi', body: 'There' },
      start_at: '2999-01-01T00:00:00Z'.replace('2999', String(new Date().getFullYear() + 1)),
    })
  const ids = async (addresses: string[]) => {
    const { body } = await send(addresses)
    return (await request('GET', `/v1/messages/${body.id}`)).body.to.subscription_ids as string[]
  }
  const [first, second] = [await ids(['dave@EXAMPLE.com', 'new@example.com']), await ids(['new@example.com'])]
  const owned = (await request('GET', `/v1/subscriptions?user_id=${dave}`)).body.data[0].id
  expect(first).toHaveLength(2)
  expect(first).toContain(owned)
  expect(first).toContain(second[0])
  const refused = await send(['dave@example.com', 'no address'])
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/to/addresses/1' }] } })
  const push = await request('POST', '/v1/messages', {
    app_id: app,
    to: { addresses: ['dave@example.com'] },
    content: { title: 'Hi' },
  })
  expect(push).toMatchObject({ status: 422, body: { errors: [{ pointer: '/to/addresses' }] } })
})
