import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer } from '../testing/test-server.ts'

let server: Awaited<ReturnType<typeof startTestServer>>

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const template = (name: string, title: string) => ({
  name,
  content: { title },
  overrides: { fcm: { tag: 'a' } },
})

async function create(name: string, title = 'Hi {{ user.first_name }}'): Promise<string> {
  const { status, body } = await server.request('POST', '/v1/templates', template(name, title))
  expect(status).toBe(201)
  return body.id
}

test('creates a template in version 1 and reads it back', async () => {
  const created = await server.request('POST', '/v1/templates', {
    name: ' Welcome ',
    content: { title: 'Hi' },
  })
  expect(created).toMatchObject({
    status: 201,
    body: { name: 'Welcome', version: 1, content: { title: 'Hi' }, overrides: {} },
  })
  const read = await server.request('GET', `/v1/templates/${created.body.id}`)
  expect(read.body).toEqual(created.body)
})

test('saves a new version and keeps the old one readable', async () => {
  const id = await create('versioned', 'one')
  const saved = await server.request('PUT', `/v1/templates/${id}`, template('renamed', 'two'))
  expect(saved).toMatchObject({
    status: 200,
    body: { id, name: 'renamed', version: 2, content: { title: 'two' } },
  })
  const read = (query: string) => server.request('GET', `/v1/templates/${id}${query}`)
  expect((await read('')).body).toEqual(saved.body)
  expect((await read('?version=1')).body).toMatchObject({ version: 1, content: { title: 'one' } })
  expect((await read('?version=3')).status).toBe(404)
})

test('pages through templates, newest first', async () => {
  const ids: string[] = []
  for (const name of ['page 1', 'page 2', 'page 3']) ids.unshift(await create(name))
  const first = await server.request('GET', '/v1/templates?limit=2')
  expect(first.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2))
  const second = await server.request('GET', `/v1/templates?limit=1&cursor=${first.body.page.next_cursor}`)
  expect(second.body.data[0].id).toBe(ids[2])
  expect((await server.request('GET', '/v1/templates?cursor=nonsense')).body.code).toBe('invalid_cursor')
})

test('gives a name to one template only, and lets it keep its own', async () => {
  const id = await create('taken')
  const other = await create('free')
  const again = await server.request('POST', '/v1/templates', template('taken', 'x'))
  expect(again).toMatchObject({
    status: 409,
    body: { code: 'already_exists', errors: [{ pointer: '/name' }] },
  })
  expect(again.body.errors[0].detail).toContain(id)
  expect((await server.request('PUT', `/v1/templates/${other}`, template('taken', 'x'))).status).toBe(409)
  expect((await server.request('PUT', `/v1/templates/${id}`, template('taken', 'x'))).status).toBe(200)
})

test('takes one of many equal names at the same moment', async () => {
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => server.request('POST', '/v1/templates', template('race', 'x'))),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409])
})

test('refuses Liquid that cannot be parsed, with pointer and position', async () => {
  const content = { title: 'x', locales: { fr: { title: 'Salut {{ user.x | shout }}' } } }
  const { status, body } = await server.request('POST', '/v1/templates', { name: 'broken', content })
  expect({ status, code: body.code, errors: body.errors }).toEqual({
    status: 422,
    code: 'invalid_content',
    errors: [
      {
        pointer: '/content/locales/fr/title',
        code: 'syntax',
        detail: 'undefined filter: shout, line:1, col:7',
      },
    ],
  })
  const id = await create('whole')
  const put = await server.request('PUT', `/v1/templates/${id}`, {
    ...template('whole', '{{ user.x'),
    overrides: {},
  })
  expect(put).toMatchObject({ status: 422, body: { errors: [{ pointer: '/content/title' }] } })
  expect((await server.request('GET', `/v1/templates/${id}`)).body.version).toBe(1)
})

test('refuses content that no provider would take', async () => {
  const content = { title: 'x', data: { blob: 'x'.repeat(5_000) } }
  const { status, body } = await server.request('POST', '/v1/templates', { name: 'large', content })
  expect({ status, body }).toMatchObject({
    status: 422,
    body: { code: 'payload_too_large', platform: 'apns', limit_bytes: 4096 },
  })
})

test('deletes a template', async () => {
  const id = await create('deleted')
  expect((await server.request('DELETE', `/v1/templates/${id}`)).status).toBe(204)
  for (const method of ['GET', 'DELETE'])
    expect((await server.request(method, `/v1/templates/${id}`)).status).toBe(404)
  expect((await server.request('PUT', `/v1/templates/${id}`, template('deleted', 'x'))).status).toBe(404)
})
