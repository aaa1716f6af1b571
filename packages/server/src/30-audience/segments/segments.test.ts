import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../00-kernel/index.ts'
import { seedWorkspace } from '../../testing/test-store.ts'
import { segmentPredicate } from './index.ts'
import { naming, type SegmentWorld, startSegmentWorld } from './testing/segment-world.ts'

let world: SegmentWorld
beforeAll(async () => {
  world = await startSegmentWorld()
})
afterAll(() => world.close())

describe('the life of a segment', () => {
  test('is created with defaults, read, listed newest first, replaced and deleted', async () => {
    const created = await world.request('POST', '/v1/segments', world.germans())
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({ definition: 'all', evaluation: 'standard' })
    const path = `/v1/segments/${created.body.id}`
    expect((await world.request('GET', path)).body).toEqual(created.body)

    const second = await world.createSegment()
    const first = await world.request('GET', '/v1/segments?limit=1')
    expect(first.body.data[0].id).toBe(second.id)
    const next = await world.request('GET', `/v1/segments?limit=1&cursor=${first.body.page.next_cursor}`)
    expect(next.body.data[0].id).toBe(created.body.id)

    const replacement = world.germans({ definition: 'NOT 1', evaluation: 'left_to_right' })
    const replaced = await world.request('PUT', path, replacement)
    expect(replaced.status).toBe(200)
    expect(replaced.body).toMatchObject({ id: created.body.id, ...replacement })
    expect((await world.request('GET', path)).body).toEqual(replaced.body)

    expect((await world.request('DELETE', path)).status).toBe(204)
    expect((await world.request('GET', path)).status).toBe(404)
    expect((await world.request('DELETE', path)).status).toBe(404)
    expect((await world.request('PUT', path, world.germans())).status).toBe(404)
    expect((await world.request('GET', `${path}/users`)).status).toBe(404)
  })

  test('a name is taken once; keeping the own name is no conflict', async () => {
    const { id, name } = await world.createSegment()
    const other = await world.createSegment()
    const again = await world.request('POST', '/v1/segments', world.germans({ name }))
    expect(again.body).toMatchObject({ status: 409, code: 'already_exists', errors: [{ pointer: '/name' }] })
    expect(again.body.errors[0].detail).toContain(id)
    expect((await world.request('PUT', `/v1/segments/${other.id}`, world.germans({ name }))).status).toBe(409)
    expect((await world.request('PUT', `/v1/segments/${id}`, world.germans({ name }))).status).toBe(200)
  })

  test('two requests for one name end with one segment', async () => {
    const body = world.germans()
    const answers = await Promise.all([1, 2, 3].map(() => world.request('POST', '/v1/segments', body)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
  })

  test('another workspace has segments of its own', async () => {
    const { id } = await world.createSegment()
    const elsewhere = await seedWorkspace(world.store)
    const asked = { include: [id], exclude: [] }
    const call = segmentPredicate(world.store.db, elsewhere, asked, new Date())
    await expect(call).rejects.toMatchObject({ code: 'invalid_segment' })
  })
})

describe('what cannot be evaluated', () => {
  test('every fault is told at once, with its place', async () => {
    const { status, body } = await world.request('POST', '/v1/segments', {
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
    expect((await world.request('POST', '/v1/attributes', declaration)).status).toBe(201)
    const conditions = [{ number: 1, attribute: 'points', operator: 'equals', value: '7' }]
    const { body } = await world.request('POST', '/v1/segments', world.germans({ conditions }))
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
    const { body } = await world.request('POST', '/v1/segments', world.germans({ conditions }))
    expect(body.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code])).toEqual([
      ['/conditions/0/value', 'unknown_segment'],
      ['/conditions/1/value', 'unknown_message'],
      ['/conditions/2/value', 'unknown_message'],
    ])
  })

  test('a circle is refused where it would close, through other segments too', async () => {
    const a = await world.createSegment()
    const b = await world.createSegment(naming(a.id))
    const c = await world.createSegment(naming(a.id, b.id))
    const conditions = [world.germans().conditions[0], { ...naming(c.id).conditions[0], number: 2 }]
    const { status, body } = await world.request('PUT', `/v1/segments/${a.id}`, world.germans({ conditions }))
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ pointer: '/conditions/1/value', code: 'circle' }])
    expect(body.errors[0].detail).toBe(`makes a circle: this segment > ${c.name} > this segment`)
    const itself = await world.request('PUT', `/v1/segments/${a.id}`, world.germans(naming(a.id)))
    expect(itself.body.errors).toMatchObject([{ pointer: '/conditions/0/value', code: 'circle' }])
  })

  test('of two changes that would close a circle together, one is refused', async () => {
    const [a, b] = [await world.createSegment(), await world.createSegment()]
    const answers = await Promise.all([
      world.request('PUT', `/v1/segments/${a.id}`, world.germans(naming(b.id))),
      world.request('PUT', `/v1/segments/${b.id}`, world.germans(naming(a.id))),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422])
  })

  test('segments that multiply beyond a thousand conditions are refused, also from below', async () => {
    const bottom = await world.createSegment()
    let top = bottom
    for (let level = 0; level < 8; level += 1) top = await world.createSegment(naming(top.id, top.id))
    const tooMany = await world.request('POST', '/v1/segments', world.germans(naming(top.id, top.id)))
    expect([tooMany.status, tooMany.body.code]).toEqual([422, 'invalid_segment'])
    const fromBelow = world.germans({ definition: '1 OR 1' })
    expect((await world.request('PUT', `/v1/segments/${bottom.id}`, fromBelow)).status).toBe(422)
    expect((await world.request('GET', `/v1/segments/${bottom.id}`)).body.definition).toBe('all')
  })
})

describe('deletion', () => {
  test('of a segment that another one uses is refused, and names the other', async () => {
    const inner = await world.createSegment()
    const outer = await world.createSegment(naming(inner.id))
    const { status, body } = await world.request('DELETE', `/v1/segments/${inner.id}`)
    expect([status, body.code]).toEqual([409, 'conflict'])
    expect(body.detail).toContain(outer.name)
    expect((await world.request('DELETE', `/v1/segments/${outer.id}`)).status).toBe(204)
    expect((await world.request('DELETE', `/v1/segments/${inner.id}`)).status).toBe(204)
  })

  test('of a segment that a message has yet to be sent to is refused until the message is cancelled', async () => {
    const { id } = await world.createSegment()
    const message = await world.seedMessage(await world.createApp(), { exclude_segment_ids: [id], all: true })
    expect((await world.request('DELETE', `/v1/segments/${id}`)).body.code).toBe('conflict')
    await sql`update messages set cancelled_at = now() where id = ${message.id}`.execute(world.store.db)
    expect((await world.request('DELETE', `/v1/segments/${id}`)).status).toBe(204)
  })
})

describe('members', () => {
  test('are paged newest first, in the shape of users', async () => {
    const town = `T${newId()}`
    const ids: string[] = []
    for (let i = 0; i < 5; i += 1)
      ids.push(await world.createUser({ town, email: `${i}.${town}@example.com` }))
    await world.createUser({ town: 'elsewhere', email: `${town}@example.com` })
    const conditions = [{ number: 1, attribute: 'town', operator: 'equals', value: town }]
    const { id } = await world.createSegment({ conditions })
    const seen: string[] = []
    for (let path: string | null = `/v1/segments/${id}/users?limit=2`; path; ) {
      const { status, body } = await world.request('GET', path)
      expect(status).toBe(200)
      for (const user of body.data) {
        expect(user).toMatchObject({ attributes: { town }, subscriptions: 0, consents: {} })
        seen.push(user.id)
      }
      path = body.page.next_cursor && `/v1/segments/${id}/users?limit=2&cursor=${body.page.next_cursor}`
    }
    expect(seen).toEqual(ids.toReversed())
  })
})

describe('estimates', () => {
  test('count users once, and their reachable subscriptions per platform', async () => {
    const [shop, other] = [await world.createApp(), await world.createApp()]
    const mark = newId()
    const user = (name: string, more: object = {}) =>
      world.createUser({ mark, email: `${name}.${mark}@example.com`, ...more })
    const anna = await user('anna', { mobile: '+4915100000000' })
    const ben = await user('ben', { phone: '+4915100000001' })
    await user('cleo', { mobile: '' })
    await world.seedSubscription(shop, anna, 'apns')
    await world.seedSubscription(shop, anna, 'fcm')
    await world.seedSubscription(other, anna, 'fcm')
    await world.seedSubscription(shop, ben, 'apns', { status: 'retired' })
    await world.seedSubscription(shop, ben, 'webpush', { permission: 'denied' })
    await world.seedSubscription(other, ben, 'wns')
    const definition = { conditions: [{ number: 1, attribute: 'mark', operator: 'equals', value: mark }] }
    const all = await world.request('POST', '/v1/segments/estimate', definition)
    expect([all.status, all.body]).toEqual([
      200,
      {
        users: 3,
        reachable: { apns: 1, fcm: 2, webpush: 0, wns: 1, email: 0, sms: 0, wallet: 0 },
        reachable_users: 2,
      },
    ])
    const ofShop = await world.request('POST', '/v1/segments/estimate', { ...definition, app_id: shop })
    expect(ofShop.body).toEqual({
      users: 3,
      reachable: { apns: 1, fcm: 1, webpush: 0, wns: 0, email: 0, sms: 0, wallet: 0 },
      reachable_users: 1,
    })
  })

  test('of nobody are zeros, and no conditions at all mean everybody', async () => {
    const nobody = await world.request('POST', '/v1/segments/estimate', {
      conditions: [],
      definition: 'any',
    })
    expect(nobody.body).toMatchObject({ users: 0, reachable: { apns: 0, email: 0 }, reachable_users: 0 })
    await world.createUser({ email: `${newId()}@example.com` })
    const everybody = await world.request('POST', '/v1/segments/estimate', { conditions: [] })
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from users where workspace_id = ${world.workspaceId}`.execute(world.store.db)
    expect(everybody.body.users).toBe(rows[0]?.n)
  })

  test('are refused for what cannot be evaluated and for an unknown app', async () => {
    const bad = await world.request('POST', '/v1/segments/estimate', { conditions: [], definition: '1 OR' })
    expect(bad.body).toMatchObject({
      code: 'invalid_segment',
      errors: [{ pointer: '/definition', position: 0 }],
    })
    const app = await world.request('POST', '/v1/segments/estimate', { conditions: [], app_id: newId() })
    expect(app.body).toMatchObject({ status: 422, errors: [{ pointer: '/app_id' }] })
  })
})
