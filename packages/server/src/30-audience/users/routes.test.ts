import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer } from '../../testing/test-server.ts'

let server: Awaited<ReturnType<typeof startTestServer>>
const request: typeof server.request = (...args) => server.request(...args)
beforeAll(async () => {
  server = await startTestServer({ ROLES: 'api' })
  for (const attribute of [
    { name: 'age', type: 'number' },
    { name: 'vip', type: 'boolean' },
    { name: 'born', type: 'date' },
    { name: 'tier', type: 'picklist', values: ['gold', 'silver'] },
  ])
    expect((await request('POST', '/v1/attributes', attribute)).status).toBe(201)
})
afterAll(() => server.close())

test('creates a user and gives the same back by id, attribute and identifier', async () => {
  const { status, body } = await request('POST', '/v1/users', {
    attributes: { email: 'Anna@Example.com', city: 'Köln' },
    identifiers: { crm: '42' },
    timezone: 'Europe/Berlin',
    locale: 'de',
    consents: { news: 'granted' },
  })
  expect(status).toBe(201)
  expect(body).toMatchObject({
    attributes: { email: 'Anna@Example.com', city: 'Köln' },
    identifiers: { crm: '42' },
    timezone: 'Europe/Berlin',
    locale: 'de',
    consents: { news: 'granted' },
    subscriptions: 0,
  })
  for (const path of [
    body.id,
    'by/email/anna@example.com',
    'by/email/%20ANNA@example.com',
    'by/crm/42',
    'by/city/K%C3%B6ln',
  ])
    expect((await request('GET', `/v1/users/${path}`)).body).toEqual(body)
  expect((await request('GET', '/v1/users/by/crm/43')).status).toBe(404)
})

test('names the candidates when several users have the attribute', async () => {
  const one = await request('POST', '/v1/users', { attributes: { team: 'red' } })
  const two = await request('POST', '/v1/users', { attributes: { team: 'red' } })
  const found = await request('GET', '/v1/users/by/team/red')
  expect(found.status).toBe(409)
  expect(found.body).toMatchObject({ code: 'ambiguous', candidates: [one.body.id, two.body.id] })
})

test('refuses a second user with the same reconciliation value or identifier and names the first', async () => {
  const first = await request('POST', '/v1/users', {
    attributes: { email: 'one@example.com' },
    identifiers: { shop: 'a1' },
  })
  const again = await request('POST', '/v1/users', { attributes: { email: ' ONE@example.com' } })
  expect(again.status).toBe(409)
  expect(again.body).toMatchObject({ code: 'already_exists', existing_id: first.body.id })
  expect(again.body.errors[0].pointer).toBe('/attributes/email')
  const same = await request('POST', '/v1/users', { identifiers: { shop: 'a1' } })
  expect(same.body).toMatchObject({ code: 'already_exists', existing_id: first.body.id })
  expect(same.body.errors[0].pointer).toBe('/identifiers/shop')
})

test('lets one of many parallel creations of the same person win', async () => {
  const person = { attributes: { email: 'race@example.com' }, identifiers: { race: '1' } }
  const answers = await Promise.all(Array.from({ length: 8 }, () => request('POST', '/v1/users', person)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)])
})

test('checks the types of declared attributes and takes undeclared ones as they come', async () => {
  const wrong = await request('POST', '/v1/users', {
    attributes: { age: '40', vip: 'yes', born: '1980-02-30', tier: 'bronze', email: 7 },
  })
  expect(wrong.status).toBe(422)
  expect(wrong.body.errors.map((place: { pointer: string }) => place.pointer).sort()).toEqual([
    '/attributes/age',
    '/attributes/born',
    '/attributes/email',
    '/attributes/tier',
    '/attributes/vip',
  ])
  const right = { age: 40, vip: true, born: '1980-02-29', tier: 'gold', constructor: 'x', shoe: 43 }
  expect((await request('POST', '/v1/users', { attributes: right })).body.attributes).toEqual(right)
  const time = await request('POST', '/v1/users', { attributes: { born: '1980-02-29T10:00:00+01:00' } })
  expect(time.status).toBe(201)
})

test('merges a patch, removes what is null and refuses to take another user’s place', async () => {
  const other = await request('POST', '/v1/users', {
    attributes: { email: 'other@example.com' },
    identifiers: { desk: '9' },
  })
  const { body: user } = await request('POST', '/v1/users', {
    attributes: { email: 'mine@example.com', a: 1, b: 2 },
    identifiers: { desk: '1' },
    consents: { news: 'granted' },
    timezone: 'Asia/Kolkata',
  })
  const path = `/v1/users/${user.id}`
  const patched = await request('PATCH', path, {
    attributes: { a: null, b: 3, c: 4 },
    identifiers: { desk: '2', crm: 'x1' },
    consents: { sms: 'denied' },
    timezone: null,
  })
  expect(patched.status).toBe(200)
  expect(patched.body).toMatchObject({
    attributes: { email: 'mine@example.com', b: 3, c: 4 },
    identifiers: { desk: '2', crm: 'x1' },
    consents: { news: 'granted', sms: 'denied' },
    timezone: null,
  })
  expect(patched.body.attributes).not.toHaveProperty('a')
  expect((await request('GET', '/v1/users/by/desk/1')).status).toBe(404)
  for (const claim of [{ attributes: { email: 'OTHER@example.com' } }, { identifiers: { desk: '9' } }]) {
    const answer = await request('PATCH', path, claim)
    expect(answer.body).toMatchObject({ code: 'already_exists', existing_id: other.body.id })
  }
})

test('lists newest first, pages without gaps and searches values but not names', async () => {
  const ids: string[] = []
  for (const n of [1, 2, 3]) {
    const { body } = await request('POST', '/v1/users', {
      attributes: { shelf: `zebra_${n}%` },
      identifiers: { badge: `okapi-${n}` },
    })
    ids.unshift(body.id)
  }
  const search = async (text: string, more = '') =>
    (await request('GET', `/v1/users?search=${encodeURIComponent(text)}${more}`)).body
  expect((await search('ZEBRA_')).data.map((user: { id: string }) => user.id)).toEqual(ids)
  expect((await search('zebra%')).data).toEqual([])
  expect((await search('okapi-2')).data[0].id).toBe(ids[1])
  expect((await search('shelf')).data).toEqual([])
  expect((await search(ids[0] ?? '')).data[0].id).toBe(ids[0])
  const odd = await request('POST', '/v1/users', { attributes: { shelf: 'a"b\\.*c', weight: 77.25 } })
  for (const text of ['a"B\\.*', '77.25']) expect((await search(text)).data[0]?.id).toBe(odd.body.id)
  expect((await search('77.2')).data).toEqual([])
  const first = await search('zebra_', '&limit=2')
  expect(first.page.has_more).toBe(true)
  const second = await search('zebra_', `&limit=2&cursor=${first.page.next_cursor}`)
  expect([...first.data, ...second.data].map((user: { id: string }) => user.id)).toEqual(ids)
})

test('erases a user, who is then nowhere', async () => {
  const { body } = await request('POST', '/v1/users', {
    attributes: { email: 'gone@example.com' },
    identifiers: { crm: 'gone' },
  })
  expect((await request('DELETE', `/v1/users/${body.id}`)).status).toBe(204)
  expect((await request('GET', `/v1/users/${body.id}`)).status).toBe(404)
  expect((await request('DELETE', `/v1/users/${body.id}`)).status).toBe(404)
  const again = { attributes: { email: 'gone@example.com' }, identifiers: { crm: 'gone' } }
  expect((await request('POST', '/v1/users', again)).status).toBe(201)
})

test('saves a batch item by item, matched by the reconciliation key, and answers in order', async () => {
  const { body: known } = await request('POST', '/v1/users', {
    attributes: { email: 'known@example.com', a: 1, b: 2 },
  })
  const { status, body } = await request('POST', '/v1/users/batch', {
    users: [
      { attributes: { email: 'Known@example.com', a: null, c: 3 } },
      { attributes: { email: 'new@example.com' }, identifiers: { till: '1' } },
      { attributes: { age: 'old' } },
      { attributes: { email: 'NEW@example.com', again: true } },
      { attributes: {}, identifiers: { till: '1' } },
      { attribute: {} },
      'nobody',
      { attributes: { email: 'last@example.com' } },
    ],
  })
  expect(status).toBe(200)
  const { results } = body
  expect(results.map((each: { status: number }) => each.status)).toEqual([
    200, 201, 422, 200, 409, 422, 422, 201,
  ])
  expect(results.map((each: { index: number }) => each.index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(results[0].id).toBe(known.id)
  expect(results[3].id).toBe(results[1].id)
  expect(results[2].error).toMatchObject({ code: 'invalid_request', pointer: '/attributes/age' })
  expect(results[4].error).toMatchObject({ code: 'already_exists', pointer: '/identifiers/till' })
  expect(results[5].error).toMatchObject({ pointer: '/attribute' })
  const merged = await request('GET', `/v1/users/${known.id}`)
  expect(merged.body.attributes).toEqual({ email: 'Known@example.com', b: 2, c: 3 })
  const created = await request('GET', `/v1/users/${results[1].id}`)
  expect(created.body).toMatchObject({ attributes: { again: true }, identifiers: { till: '1' } })
})

test('saves a thousand users in one call', async () => {
  const users = Array.from({ length: 1_000 }, (_, i) => ({ attributes: { email: `bulk${i}@example.com` } }))
  const { body } = await request('POST', '/v1/users/batch', { users })
  expect(body.results.every((each: { status: number }) => each.status === 201)).toBe(true)
  const again = await request('POST', '/v1/users/batch', { users })
  expect(again.body.results.map((each: { id: string }) => each.id)).toEqual(
    body.results.map((each: { id: string }) => each.id),
  )
  expect((await request('POST', '/v1/users/batch', { users: [...users, {}] })).status).toBe(422)
})

test('shows email as built in and declares further attributes once', async () => {
  const schema = (await request('GET', '/v1/attributes')).body.data
  expect(schema[0]).toEqual({ name: 'email', type: 'string', required: false, values: null, built_in: true })
  expect(schema).toContainEqual({
    name: 'tier',
    type: 'picklist',
    required: false,
    values: ['gold', 'silver'],
    built_in: false,
  })
  const declare = (body: object) => request('POST', '/v1/attributes', body)
  expect((await declare({ name: 'age', type: 'string' })).status).toBe(409)
  expect((await declare({ name: 'email', type: 'string' })).status).toBe(409)
  expect((await declare({ name: 'size', type: 'picklist' })).body.errors[0].pointer).toBe('/values')
  expect((await declare({ name: 'size', type: 'number', values: ['1'] })).status).toBe(422)
})

test('enforces a required attribute, but lets people who lack it since before be changed', async () => {
  const before = await request('POST', '/v1/users', { attributes: { early: true } })
  await request('POST', '/v1/attributes', { name: 'code', type: 'string', required: true })
  const missing = await request('POST', '/v1/users', { attributes: {} })
  expect(missing.body.errors).toEqual([
    { pointer: '/attributes/code', code: 'required', detail: 'is required' },
  ])
  expect((await request('POST', '/v1/users', { attributes: { code: ' ' } })).status).toBe(422)
  const path = `/v1/users/${before.body.id}`
  expect((await request('PATCH', path, { attributes: { early: false } })).status).toBe(200)
  expect((await request('PATCH', path, { attributes: { code: 'c1' } })).status).toBe(200)
  expect((await request('PATCH', path, { attributes: { code: null } })).status).toBe(422)
})
