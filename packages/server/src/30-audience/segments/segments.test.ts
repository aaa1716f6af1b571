import type { Condition } from '@carillon/contract'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../00-kernel/index.ts'
import { startTestServer } from '../../testing/test-server.ts'
import { seedWorkspace } from '../../testing/test-store.ts'
import { explainMembership, segmentPredicate } from './index.ts'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const now = new Date()
let lastName = 0

function germans(extra: object = {}) {
  lastName += 1
  const conditions = [{ number: 1, attribute: 'country', operator: 'equals', value: 'DE' }]
  return { name: `Segment ${lastName}`, conditions, ...extra }
}

async function createSegment(extra: object = {}): Promise<{ id: string; name: string }> {
  const { status, body } = await server.request('POST', '/v1/segments', germans(extra))
  expect([status, body.errors]).toEqual([201, undefined])
  return body
}

function naming(...ids: string[]): { conditions: Condition[] } {
  return { conditions: ids.map((value, i) => ({ number: i + 1, operator: 'in_segment', value })) }
}

async function createUser(attributes: object): Promise<string> {
  const { status, body } = await server.request('POST', '/v1/users', { attributes })
  expect(status).toBe(201)
  return body.id
}

async function membersOf(include: string[], exclude: string[] = []): Promise<string[]> {
  const predicate = await segmentPredicate(server.store.db, server.workspaceId, { include, exclude }, now)
  const { rows } = await sql<{ id: string }>`
    select u.id from users u where u.workspace_id = ${server.workspaceId} and ${predicate} order by u.id`.execute(
    server.store.db,
  )
  return rows.map(({ id }) => id)
}

describe('the life of a segment', () => {
  test('is created with defaults, read, listed newest first, replaced and deleted', async () => {
    const created = await server.request('POST', '/v1/segments', germans())
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({ definition: 'all', evaluation: 'standard' })
    const path = `/v1/segments/${created.body.id}`
    expect((await server.request('GET', path)).body).toEqual(created.body)

    const second = await createSegment()
    const first = await server.request('GET', '/v1/segments?limit=1')
    expect(first.body.data[0].id).toBe(second.id)
    const next = await server.request('GET', `/v1/segments?limit=1&cursor=${first.body.page.next_cursor}`)
    expect(next.body.data[0].id).toBe(created.body.id)

    const replacement = germans({ definition: 'NOT 1', evaluation: 'left_to_right' })
    const replaced = await server.request('PUT', path, replacement)
    expect(replaced.status).toBe(200)
    expect(replaced.body).toMatchObject({ id: created.body.id, ...replacement })
    expect((await server.request('GET', path)).body).toEqual(replaced.body)

    expect((await server.request('DELETE', path)).status).toBe(204)
    expect((await server.request('GET', path)).status).toBe(404)
    expect((await server.request('DELETE', path)).status).toBe(404)
    expect((await server.request('PUT', path, germans())).status).toBe(404)
    expect((await server.request('GET', `${path}/users`)).status).toBe(404)
  })

  test('a name is taken once; keeping the own name is no conflict', async () => {
    const { id, name } = await createSegment()
    const other = await createSegment()
    const again = await server.request('POST', '/v1/segments', germans({ name }))
    expect(again.body).toMatchObject({ status: 409, code: 'already_exists', errors: [{ pointer: '/name' }] })
    expect(again.body.errors[0].detail).toContain(id)
    expect((await server.request('PUT', `/v1/segments/${other.id}`, germans({ name }))).status).toBe(409)
    expect((await server.request('PUT', `/v1/segments/${id}`, germans({ name }))).status).toBe(200)
  })

  test('two requests for one name end with one segment', async () => {
    const body = germans()
    const answers = await Promise.all([1, 2, 3].map(() => server.request('POST', '/v1/segments', body)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
  })

  test('another workspace has segments of its own', async () => {
    const { id } = await createSegment()
    const elsewhere = await seedWorkspace(server.store)
    const call = segmentPredicate(server.store.db, elsewhere, { include: [id], exclude: [] }, now)
    await expect(call).rejects.toMatchObject({ code: 'invalid_segment' })
  })
})

describe('what cannot be evaluated', () => {
  test('every fault is told at once, with its place', async () => {
    const { status, body } = await server.request('POST', '/v1/segments', {
      name: 'Faulty',
      conditions: [
        { number: 1, attribute: 'age', operator: 'between', value: [9, 1] },
        { number: 1, attribute: 'created_at', operator: 'contains', value: '2026' },
        { number: 2, operator: 'equals', value: 1 },
      ],
      definition: '1 AND (2 OR 7)',
    })
    expect([status, body.code]).toEqual([422, 'invalid_segment'])
    const places = body.errors.map(({ pointer, position }: { pointer: string; position?: number }) => [
      pointer,
      position,
    ])
    expect(places).toEqual([
      ['/conditions/0/value', undefined],
      ['/conditions/1/number', undefined],
      ['/conditions/1/operator', undefined],
      ['/conditions/2/attribute', undefined],
      ['/definition', 12],
    ])
  })

  test('declared types are enforced', async () => {
    const declaration = { name: 'points', type: 'number' }
    expect((await server.request('POST', '/v1/attributes', declaration)).status).toBe(201)
    const conditions = [{ number: 1, attribute: 'points', operator: 'equals', value: '7' }]
    const { body } = await server.request('POST', '/v1/segments', germans({ conditions }))
    expect(body.errors).toEqual([
      { pointer: '/conditions/0/value', code: 'wrong_value', detail: 'is not a number' },
    ])
  })

  test('a segment or a message that is not here is refused where it is named', async () => {
    const conditions = [
      { number: 1, operator: 'in_segment', value: newId() },
      { number: 2, operator: 'opened', value: newId() },
      { number: 3, operator: 'clicked', value: "'; drop table messages; --" },
    ]
    const { body } = await server.request('POST', '/v1/segments', germans({ conditions }))
    expect(body.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code])).toEqual([
      ['/conditions/0/value', 'unknown_segment'],
      ['/conditions/1/value', 'unknown_message'],
      ['/conditions/2/value', 'unknown_message'],
    ])
  })

  test('a circle is refused where it would close, through other segments too', async () => {
    const a = await createSegment()
    const b = await createSegment(naming(a.id))
    const c = await createSegment(naming(a.id, b.id))
    const conditions = [germans().conditions[0], { ...naming(c.id).conditions[0], number: 2 }]
    const { status, body } = await server.request('PUT', `/v1/segments/${a.id}`, germans({ conditions }))
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ pointer: '/conditions/1/value', code: 'circle' }])
    expect(body.errors[0].detail).toContain(c.name)
    const itself = await server.request('PUT', `/v1/segments/${a.id}`, germans(naming(a.id)))
    expect(itself.body.errors).toMatchObject([{ pointer: '/conditions/0/value', code: 'circle' }])
  })

  test('of two changes that would close a circle together, one is refused', async () => {
    const [a, b] = [await createSegment(), await createSegment()]
    const answers = await Promise.all([
      server.request('PUT', `/v1/segments/${a.id}`, germans(naming(b.id))),
      server.request('PUT', `/v1/segments/${b.id}`, germans(naming(a.id))),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422])
  })

  test('segments that multiply beyond a thousand conditions are refused, also from below', async () => {
    const bottom = await createSegment()
    let top = bottom
    for (let level = 0; level < 8; level += 1) top = await createSegment(naming(top.id, top.id))
    const tooMany = await server.request('POST', '/v1/segments', germans(naming(top.id, top.id)))
    expect([tooMany.status, tooMany.body.code]).toEqual([422, 'invalid_segment'])
    const fromBelow = germans({ definition: '1 OR 1' })
    expect((await server.request('PUT', `/v1/segments/${bottom.id}`, fromBelow)).status).toBe(422)
    expect((await server.request('GET', `/v1/segments/${bottom.id}`)).body.definition).toBe('all')
  })
})

describe('deletion', () => {
  test('of a segment that another one uses is refused, and names the other', async () => {
    const inner = await createSegment()
    const outer = await createSegment(naming(inner.id))
    const { status, body } = await server.request('DELETE', `/v1/segments/${inner.id}`)
    expect([status, body.code]).toEqual([409, 'conflict'])
    expect(body.detail).toContain(outer.name)
    expect((await server.request('DELETE', `/v1/segments/${outer.id}`)).status).toBe(204)
    expect((await server.request('DELETE', `/v1/segments/${inner.id}`)).status).toBe(204)
  })

  test('of a segment that a message has yet to be sent to is refused until the message is cancelled', async () => {
    const { id } = await createSegment()
    const message = await seedMessage(await seedApp(), { exclude_segment_ids: [id], all: true })
    expect((await server.request('DELETE', `/v1/segments/${id}`)).body.code).toBe('conflict')
    await sql`update messages set cancelled_at = now() where id = ${message.id}`.execute(server.store.db)
    expect((await server.request('DELETE', `/v1/segments/${id}`)).status).toBe(204)
  })
})

describe('members', () => {
  test('are paged newest first, in the shape of users', async () => {
    const town = `T${newId()}`
    const ids: string[] = []
    for (let i = 0; i < 5; i += 1) ids.push(await createUser({ town, email: `${i}.${town}@example.com` }))
    await createUser({ town: 'elsewhere', email: `${town}@example.com` })
    const conditions = [{ number: 1, attribute: 'town', operator: 'equals', value: town }]
    const { id } = await createSegment({ conditions })
    const seen: string[] = []
    for (let path: string | null = `/v1/segments/${id}/users?limit=2`; path; ) {
      const { status, body } = await server.request('GET', path)
      expect(status).toBe(200)
      for (const user of body.data) {
        expect(user).toMatchObject({ attributes: { town }, subscriptions: 0, consents: {} })
        seen.push(user.id)
      }
      path = body.page.next_cursor && `/v1/segments/${id}/users?limit=2&cursor=${body.page.next_cursor}`
    }
    expect(seen).toEqual(ids.toReversed())
  })

  test('of several segments are their union, less the excluded', async () => {
    const mark = newId()
    const [red, blue, both] = [
      await createUser({ mark, red: true, email: `r${mark}@example.com` }),
      await createUser({ mark, blue: true, email: `b${mark}@example.com` }),
      await createUser({ mark, red: true, blue: true, email: `rb${mark}@example.com` }),
    ]
    const having = (attribute: string) =>
      createSegment({
        conditions: [
          { number: 1, attribute: 'mark', operator: 'equals', value: mark },
          { number: 2, attribute, operator: 'equals', value: true },
        ],
      })
    const [reds, blues] = [await having('red'), await having('blue')]
    expect(await membersOf([reds.id, blues.id])).toEqual([red, blue, both].sort())
    expect(await membersOf([reds.id], [blues.id])).toEqual([red])
    expect(await membersOf([reds.id.toUpperCase()])).toEqual([red, both].sort())
    expect(await membersOf([])).toEqual([])
    const nested = await createSegment({ ...naming(reds.id, blues.id), definition: '1 AND NOT 2' })
    expect(await membersOf([nested.id])).toEqual([red])
  })

  test('the evaluation decides, in the database as on paper', async () => {
    const id = await createUser({ email: `${newId()}@example.com` })
    const isMe = { attribute: 'email', operator: 'exists' }
    const conditions = [
      { number: 1, ...isMe },
      { number: 2, ...isMe },
      { number: 3, attribute: 'email', operator: 'not_exists' },
    ]
    const definition = '1 OR 2 AND 3'
    const standard = await createSegment({ conditions, definition })
    const leftToRight = await createSegment({ conditions, definition, evaluation: 'left_to_right' })
    expect(await membersOf([standard.id])).toContain(id)
    expect(await membersOf([leftToRight.id])).toEqual([])
  })

  test('the longest and deepest definition that is taken can be evaluated', async () => {
    const definition = `1${'AND1OR1'.repeat(571)}`
    const chain = await server.request(
      'POST',
      '/v1/segments',
      germans({ definition, evaluation: 'left_to_right' }),
    )
    expect([chain.status, chain.body.code]).toEqual([422, 'invalid_segment'])
    const long = await createSegment({ definition: `1${'AND1OR1'.repeat(499)}`, evaluation: 'left_to_right' })
    expect(await membersOf([long.id])).toEqual([])
    const deep = await createSegment({ definition: `${'(NOT '.repeat(25)}1${')'.repeat(25)}` })
    expect(await membersOf([deep.id])).not.toEqual([])
  })

  test('four segments of a thousand conditions on dates fit into one statement, five are refused', async () => {
    const conditions = [{ number: 1, attribute: 'seen', operator: 'more_than_days_ago', value: 30 }]
    const ids: string[] = []
    for (let i = 0; i < 5; i += 1)
      ids.push((await createSegment({ conditions, definition: `1${'OR1'.repeat(999)}` })).id)
    expect(await membersOf(ids.slice(0, 4))).toEqual([])
    await expect(membersOf(ids)).rejects.toMatchObject({ code: 'invalid_segment' })
  })

  test('an unknown segment is a problem, never an empty exclusion', async () => {
    const { id } = await createSegment()
    const asked = { include: [id], exclude: [newId()] }
    const call = segmentPredicate(server.store.db, server.workspaceId, asked, now)
    await expect(call).rejects.toMatchObject({ code: 'invalid_segment' })
  })
})

describe('behaviour', () => {
  test('received, opened and clicked ask for any message or for one', async () => {
    const app = await seedApp()
    const [first, second] = [await seedMessage(app), await seedMessage(app)]
    const mark = newId()
    const user = (name: string) => createUser({ mark, email: `${name}.${mark}@example.com` })
    const [reader, clicker, ignorer, stranger] = [
      await user('reader'),
      await user('clicker'),
      await user('ignorer'),
      await user('stranger'),
    ]
    await seedDelivery(first.seq, reader, ['received', 'opened'])
    await seedDelivery(second.seq, clicker, ['opened', 'clicked'])
    await seedDelivery(first.seq, ignorer, ['dismissed'])
    const members = async (operator: string, value?: string) => {
      const ofMark = { number: 1, attribute: 'mark', operator: 'equals', value: mark }
      const segment = await createSegment({ conditions: [ofMark, { number: 2, operator, value }] })
      return membersOf([segment.id])
    }
    expect(await members('opened')).toEqual([reader, clicker].sort())
    expect(await members('opened', first.id)).toEqual([reader])
    expect(await members('opened', first.id.toUpperCase())).toEqual([reader])
    expect(await members('received')).toEqual([reader])
    expect(await members('clicked', second.id)).toEqual([clicker])
    expect(await members('clicked', first.id)).toEqual([])
    const unmoved = await createSegment({
      conditions: [
        { number: 1, attribute: 'mark', operator: 'equals', value: mark },
        { number: 2, operator: 'opened' },
      ],
      definition: '1 AND NOT 2',
    })
    expect(await membersOf([unmoved.id])).toEqual([ignorer, stranger].sort())
  })
})

describe('estimates', () => {
  test('count users once, their reachable subscriptions per platform, addresses and numbers', async () => {
    const [shop, other] = [await seedApp(), await seedApp()]
    const mark = newId()
    const user = (name: string, more: object = {}) =>
      createUser({ mark, email: `${name}.${mark}@example.com`, ...more })
    const anna = await user('anna', { mobile: '+4915100000000' })
    const ben = await user('ben', { phone: '+4915100000001' })
    await user('cleo', { mobile: '' })
    await seedSubscription(shop, anna, 'apns')
    await seedSubscription(shop, anna, 'fcm')
    await seedSubscription(other, anna, 'fcm')
    await seedSubscription(shop, ben, 'apns', { status: 'retired' })
    await seedSubscription(shop, ben, 'webpush', { permission: 'denied' })
    await seedSubscription(other, ben, 'wns')
    const definition = { conditions: [{ number: 1, attribute: 'mark', operator: 'equals', value: mark }] }
    const all = await server.request('POST', '/v1/segments/estimate', definition)
    expect([all.status, all.body]).toEqual([
      200,
      {
        users: 3,
        reachable: { apns: 1, fcm: 2, webpush: 0, wns: 1, email: 3, sms: 2 },
        reachable_users: 2,
      },
    ])
    const ofShop = await server.request('POST', '/v1/segments/estimate', { ...definition, app_id: shop })
    expect(ofShop.body).toEqual({
      users: 3,
      reachable: { apns: 1, fcm: 1, webpush: 0, wns: 0, email: 3, sms: 2 },
      reachable_users: 1,
    })
  })

  test('of nobody are zeros, and no conditions at all mean everybody', async () => {
    const nobody = await server.request('POST', '/v1/segments/estimate', {
      conditions: [],
      definition: 'any',
    })
    expect(nobody.body).toMatchObject({ users: 0, reachable: { apns: 0, email: 0 }, reachable_users: 0 })
    await createUser({ email: `${newId()}@example.com` })
    const everybody = await server.request('POST', '/v1/segments/estimate', { conditions: [] })
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from users where workspace_id = ${server.workspaceId}`.execute(
      server.store.db,
    )
    expect(everybody.body.users).toBe(rows[0]?.n)
  })

  test('are refused for what cannot be evaluated and for an unknown app', async () => {
    const bad = await server.request('POST', '/v1/segments/estimate', { conditions: [], definition: '1 OR' })
    expect(bad.body).toMatchObject({
      code: 'invalid_segment',
      errors: [{ pointer: '/definition', position: 0 }],
    })
    const app = await server.request('POST', '/v1/segments/estimate', { conditions: [], app_id: newId() })
    expect(app.body).toMatchObject({ status: 422, errors: [{ pointer: '/app_id' }] })
  })

  test('the planner expects as many members from ten conditions as from one', async () => {
    const condition = (number: number) => ({ number, attribute: 'age', operator: 'greater', value: number })
    const one = await createSegment({ conditions: [condition(1)] })
    const ten = await createSegment({ conditions: Array.from({ length: 10 }, (_, i) => condition(i + 1)) })
    const expected = async (id: string) => {
      const asked = { include: [id], exclude: [] }
      const predicate = await segmentPredicate(server.store.db, server.workspaceId, asked, now)
      const { rows } = await sql<{ 'QUERY PLAN': { Plan: { 'Plan Rows': number } }[] }>`
        explain (format json) select from users u where ${predicate}`.execute(server.store.db)
      return rows[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows']
    }
    expect(await expected(ten.id)).toBe(await expected(one.id))
  })
})

describe('why a person is in a segment or not', () => {
  test('each condition is told in words, with what was found', async () => {
    const app = await seedApp()
    const message = await seedMessage(app)
    const id = await createUser({
      country: 'FR',
      last_session: '2026-01-02',
      email: `${newId()}@example.com`,
    })
    await seedDelivery(message.seq, id, ['opened'], '2026-01-05T10:00:00Z')
    const french = await createSegment({
      conditions: [{ number: 1, attribute: 'country', operator: 'equals', value: 'FR' }],
    })
    const segment = await createSegment({
      conditions: [
        { number: 7, operator: 'in_segment', value: french.id },
        { number: 3, attribute: 'last_session', operator: 'within_last_days', value: 7 },
        { number: 1, attribute: 'country', operator: 'equals', value: 'DE' },
        { number: 4, operator: 'opened', value: message.id },
        { number: 5, operator: 'clicked' },
        { number: 6, attribute: 'plan', operator: 'not_in', value: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] },
      ],
      definition: '(1 OR 7) AND 3',
    })
    const explanation = await explainMembership(
      server.store.db,
      server.workspaceId,
      segment.id,
      id,
      new Date('2026-01-10T00:00:00Z'),
    )
    expect(explanation.passed).toBe(false)
    const { conditions } = explanation
    expect(conditions.map(({ number, text, passed }) => [number, text, passed])).toEqual([
      [1, 'country equals "DE"', false],
      [3, 'last_session within last 7 days', false],
      [4, `opened message ${message.id}`, true],
      [5, 'clicked any message', false],
      [6, 'plan is none of "a", "b", "c", "d", "e" and 2 more', true],
      [7, `in segment "${french.name}"`, true],
    ])
    const [country, session, opened, clicked, plan, member] = conditions.map(({ actual }) => actual)
    expect([country, session, clicked, plan, member]).toEqual(['FR', '2026-01-02', null, null, true])
    expect(new Date(String(opened)).toISOString()).toBe('2026-01-05T10:00:00.000Z')
  })

  test('a segment without conditions is explained by its definition alone', async () => {
    const { id } = await createSegment({ conditions: [] })
    const user = await createUser({ email: `${newId()}@example.com` })
    expect(await explainMembership(server.store.db, server.workspaceId, id, user, now)).toEqual({
      passed: true,
      conditions: [],
    })
  })

  test('an unknown person or segment is not found', async () => {
    const { id } = await createSegment()
    for (const [segment, user] of [
      [id, newId()],
      [newId(), newId()],
    ] as const) {
      const call = explainMembership(server.store.db, server.workspaceId, segment, user, now)
      await expect(call).rejects.toMatchObject({ code: 'not_found' })
    }
  })
})

async function seedApp(): Promise<string> {
  const { status, body } = await server.request('POST', '/v1/apps', { name: `App ${newId()}` })
  expect(status).toBe(201)
  return body.id
}

async function seedSubscription(
  app: string,
  user: string,
  platform: 'apns' | 'fcm' | 'webpush' | 'wns',
  more: { status?: 'retired'; permission?: 'denied' } = {},
): Promise<void> {
  const id = newId()
  await server.store.db
    .insertInto('subscriptions')
    .values({
      id,
      workspace_id: server.workspaceId,
      app_id: app,
      platform,
      token: id,
      token_hash: Buffer.from(id),
      user_id: user,
      ...more,
    })
    .execute()
}

async function seedMessage(
  app: string,
  audience: object = { all: true },
): Promise<{ id: string; seq: number }> {
  const { id, seq } = await server.store.db
    .insertInto('messages')
    .values({
      id: newId(),
      workspace_id: server.workspaceId,
      app_id: app,
      channel: 'push',
      audience: JSON.stringify(audience),
      content: '{}',
      category: 'transactional',
      priority: 'normal',
      start_at: new Date('2999-01-01'),
      expires_at: new Date('2999-01-02'),
      max_attempts: 1,
    })
    .returning(['id', 'seq'])
    .executeTakeFirstOrThrow()
  return { id, seq: Number(seq) }
}

let lastOrdinal = 0

async function seedDelivery(seq: number, user: string, types: string[], at = '2026-01-01T00:00:00Z') {
  lastOrdinal += 1
  const ordinal = lastOrdinal
  await server.store.db
    .insertInto('deliveries')
    .values({
      message_seq: seq,
      ordinal,
      user_id: user,
      outcome: 'sent',
      reason: 'accepted',
      attempts: 1,
      at: new Date(at),
    })
    .execute()
  await server.store.db
    .insertInto('interactions')
    .values(types.map((type) => ({ message_seq: seq, ordinal, type, at: new Date(at) })))
    .execute()
}
