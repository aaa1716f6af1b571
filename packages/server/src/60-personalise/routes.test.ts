import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer } from '../testing/test-server.ts'

let server: Awaited<ReturnType<typeof startTestServer>>

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const preview = (body: unknown) => server.request('POST', '/v1/messages/preview', body)
const nobody = '0197a000-0000-7000-8000-000000000000'

async function create(path: string, body: unknown): Promise<string> {
  const answer = await server.request('POST', path, body)
  expect(answer.status).toBe(201)
  return answer.body.id
}

test('previews content for a person on all platforms', async () => {
  const userId = await create('/v1/users', {
    attributes: { email: 'ana@example.com', first_name: 'Ana' },
    locale: 'pt-BR',
  })
  const { status, body } = await preview({
    content: {
      title: 'Hi {{ user.first_name }}, {{ variables.city }}',
      locales: { pt: { title: 'Oi {{ user.first_name }}' } },
    },
    variables: { city: 'Graz' },
    user_id: userId,
  })
  expect(status).toBe(200)
  expect(body.problems).toEqual([])
  expect(body.previews).toHaveLength(4)
  expect(body.previews[0]).toMatchObject({ platform: 'apns', ok: true, title: 'Oi Ana', locale: 'pt' })
})

test('previews a template, with the platforms of the call in place of its own', async () => {
  const id = await create('/v1/templates', {
    name: 'Welcome',
    content: { title: 'T' },
    overrides: { apns: { title: 'A' }, fcm: { title: 'F' } },
  })
  const { body } = await preview({ template_id: id, overrides: { fcm: { title: 'mine' } } })
  expect(body.previews.map(({ title }: { title: string }) => title)).toEqual(['A', 'mine', 'T', 'T'])
})

test('names the app that the message would be for', async () => {
  const id = await create('/v1/apps', { name: 'Bells' })
  const content = { title: '{{ app.name }}' }
  expect((await preview({ content })).body.previews[0].title).toBe('Bells')
  await create('/v1/apps', { name: 'Chimes' })
  expect((await preview({ content, app_id: id })).body.previews[0].title).toBe('Bells')
  expect((await preview({ content })).body.previews[0].title).toBe('Your app')
})

test.each([
  ['neither content nor template', {}, '/content'],
  ['both', { content: { title: 'x' }, template_id: nobody }, '/template_id'],
  ['an unknown template', { template_id: nobody }, '/template_id'],
  ['an unknown person', { content: { title: 'x' }, user_id: nobody }, '/user_id'],
  ['an unknown app', { content: { title: 'x' }, app_id: nobody }, '/app_id'],
])('refuses %s', async (_, body, pointer) => {
  expect(await preview(body)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } })
})

test('answers with the problems of content that cannot be sent', async () => {
  const { status, body } = await preview({ content: { title: '{{ user.first_name' } })
  expect(status).toBe(200)
  expect(body.problems).toMatchObject([{ pointer: '/content/title', code: 'syntax' }])
  expect(body.previews.every(({ ok }: { ok: boolean }) => !ok)).toBe(true)
})
