import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId, newKey } from '../00-kernel/index.ts'
import { insertKey } from '../10-access/store.ts'
import { startTestServer } from '../testing/test-server.ts'

let server: Awaited<ReturnType<typeof startTestServer>>
let app: string
let ana: string
let phone: string
let tablet: string

/** One app with a credential for browsers alone, and a person with a phone and a tablet that is switched off. */
beforeAll(async () => {
  server = await startTestServer()
  app = await create('/v1/apps', { name: 'Bells' })
  await ask('PUT', `/v1/apps/${app}/credentials/webpush`, { subject: 'mailto:ops@example.com' })
  await ask('POST', `/v1/apps/${app}/publish`)
  ana = await create('/v1/users', { attributes: { email: 'ana@example.com' } })
  phone = await create('/v1/subscriptions', { ...device(), platform: 'apns', token: 'ab'.repeat(32) })
  tablet = await create('/v1/subscriptions', { ...device(), platform: 'fcm', token: 'f'.repeat(60) })
  await ask('PATCH', `/v1/subscriptions/${tablet}`, { status: 'unsubscribed' })
})
afterAll(() => server?.close())

const device = () => ({ app_id: app, reconciliation_value: 'ana@example.com' })
const get = (path: string, key = server.key) =>
  server.request('GET', path, undefined, { authorization: `Bearer ${key}` })

async function ask(method: string, path: string, body?: unknown) {
  const answer = await server.request(method, path, body)
  expect([path, answer.status < 300, answer.body]).toEqual([path, true, answer.body])
  return answer.body
}

const create = async (path: string, body: unknown): Promise<string> => (await ask('POST', path, body)).id

async function send(title: string): Promise<string> {
  const id = await create('/v1/messages', { app_id: app, to: { user_ids: [ana] }, content: { title } })
  await expect.poll(async () => (await get(`/v1/messages/${id}`)).body.status).toBe('finished')
  return id
}

/** A window that waits for its provider. */
async function putOnTheWay(messageId: string): Promise<void> {
  const { seq } = await server.store.db
    .selectFrom('messages')
    .select('seq')
    .where('id', '=', messageId)
    .executeTakeFirstOrThrow()
  await server.store.db
    .insertInto('batches')
    .values({
      message_seq: seq,
      app_id: app,
      platform: 'apns',
      environment: 'production',
      priority: 1,
      ordinals: [900],
      subscription_ids: [phone],
      user_ids: [null],
      size: 1,
      due_at: new Date(Date.now() + 3_600_000),
    })
    .execute()
}

async function keyOfAnotherWorkspace(): Promise<string> {
  const key = newKey('sk_')
  const workspaceId = newId()
  await server.store.db.transaction().execute(async (tx) => {
    await tx.insertInto('workspaces').values({ id: workspaceId, name: 'Other', settings: '{}' }).execute()
    await insertKey(tx, key, { workspaceId, name: 'Other', scopes: ['*'], expiresAt: null })
  })
  return key
}

describe('a delivery by its id', () => {
  test('is what the list of recipients shows of it, with its message', async () => {
    const id = await send('One')
    const [recipient] = (await get(`/v1/messages/${id}/recipients`)).body.data
    const { status, body } = await get(`/v1/deliveries/${recipient.delivery_id}`)
    expect(status).toBe(200)
    expect(body).toEqual({ ...recipient, message_id: id })
  })

  test('is found while it is on its way, with what its device reported', async () => {
    const id = await send('Two')
    await putOnTheWay(id)
    const pending = (await get(`/v1/messages/${id}/recipients?status=pending`)).body.data[0]
    await ask('POST', '/v1/interactions', { delivery_id: pending.delivery_id, type: 'opened' })
    const { body } = await get(`/v1/deliveries/${pending.delivery_id}`)
    expect(body).toMatchObject({ message_id: id, status: 'pending', interactions: ['opened'] })
  })

  test.each([
    'nonsense',
    '0197a000-0000-7000-8000-000000000000',
    '00000000-0001-8000-8000-000000000000',
  ])('is not found by %s, which we did not make', async (id) => {
    expect(await get(`/v1/deliveries/${id}`)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  })

  test('is not found by another workspace', async () => {
    const [recipient] = (await get(`/v1/messages/${await send('Three')}/recipients`)).body.data
    const answer = await get(`/v1/deliveries/${recipient.delivery_id}`, await keyOfAnotherWorkspace())
    expect(answer.status).toBe(404)
  })
})

describe('the messages of a person', () => {
  test('come newest first, with the outcome, reason and sentence of every device', async () => {
    const older = await send('Older')
    const newer = await send('Newer')
    const { data } = (await get(`/v1/users/${ana}/messages`)).body
    expect(data.slice(0, 2).map((each: { message_id: string }) => each.message_id)).toEqual([newer, older])
    expect(data[0]).toMatchObject({ title: 'Newer', app_id: app })
    const noCredential = {
      status: 'excluded',
      reason: 'no_credential',
      sentence: 'The app has no credential for this platform.',
    }
    expect(data[0].deliveries).toHaveLength(2)
    for (const subscription_id of [phone, tablet])
      expect(data[0].deliveries).toContainEqual(expect.objectContaining({ subscription_id, ...noCredential }))
  })

  test('include what is on its way to one of their devices, without a reason yet', async () => {
    const id = await create('/v1/messages', {
      app_id: app,
      to: { subscription_ids: [phone] },
      content: { title: 'Under way' },
      start_at: new Date(Date.now() + 3_600_000).toISOString(),
    })
    await putOnTheWay(id)
    const [first] = (await get(`/v1/users/${ana}/messages`)).body.data
    expect(first).toMatchObject({
      message_id: id,
      deliveries: [{ status: 'pending', reason: null, sentence: null }],
    })
  })

  test('come page by page, each once', async () => {
    await send('Yet another')
    const all = (await get(`/v1/users/${ana}/messages?limit=200`)).body.data
    const seen = []
    for (let cursor = ''; ; ) {
      const { data, page } = (await get(`/v1/users/${ana}/messages?limit=2${cursor}`)).body
      seen.push(...data)
      if (!page.next_cursor) break
      cursor = `&cursor=${page.next_cursor}`
    }
    expect(seen.length).toBeGreaterThan(2)
    expect(seen).toEqual(all)
  })

  test('are none for somebody who was never targeted, and not told of people of another workspace', async () => {
    const bob = await create('/v1/users', { attributes: { email: 'bob@example.com' } })
    expect((await get(`/v1/users/${bob}/messages`)).body.data).toEqual([])
    expect((await get(`/v1/users/${bob}/messages`, await keyOfAnotherWorkspace())).status).toBe(404)
  })
})

describe('the overview', () => {
  test('counts what there is, by platform and status', async () => {
    const { body } = await get('/v1/overview')
    const none = { active: 0, unsubscribed: 0, retired: 0, suspect: 0 }
    expect(body).toMatchObject({ apps: 1, users: 2 })
    expect(body.subscriptions).toEqual({
      apns: { ...none, active: 1 },
      fcm: { ...none, unsubscribed: 1 },
      webpush: none,
      wns: none,
      email: none,
      sms: none,
      wallet: none,
    })
  })

  test('sums the messages of the last seven days as their own counts do, and leaves out older ones', async () => {
    const old = await send('Long ago')
    const eightDaysAgo = new Date(Date.now() - 8 * 86_400_000)
    await server.store.db
      .updateTable('messages')
      .set({ created_at: eightDaysAgo })
      .where('id', '=', old)
      .execute()
    const messages = (await get('/v1/messages?limit=200')).body.data.filter(
      ({ id }: { id: string }) => id !== old,
    )
    const sums: Record<string, number> = {}
    for (const { counts } of messages)
      for (const [name, n] of Object.entries<number>(counts)) sums[name] = (sums[name] ?? 0) + n
    const { last_7_days } = (await get('/v1/overview')).body
    expect(last_7_days).toMatchObject({ messages: messages.length, counts: sums })
    expect(sums).toMatchObject({ opened: 1, pending: 2 })
    expect(sums.excluded).toBeGreaterThan(5)
  })

  test('shows another workspace its own emptiness', async () => {
    const { body } = await get('/v1/overview', await keyOfAnotherWorkspace())
    expect(body).toMatchObject({
      apps: 0,
      users: 0,
      last_7_days: { messages: 0, counts: { targeted: 0, sent: 0 } },
    })
  })
})
