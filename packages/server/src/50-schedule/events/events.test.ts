import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../../00-kernel/index.ts'
import { startTestServer } from '../../testing/test-server.ts'

let server: Awaited<ReturnType<typeof startTestServer>>
let app: string
let ada: string
let device: string
beforeAll(async () => {
  server = await startTestServer({ ROLES: 'api' })
  app = (await post('/v1/apps', { name: 'Shop' })).body.id
  ada = (await post('/v1/users', { attributes: { email: 'ada@example.com' } })).body.id
  const address = { app_id: app, platform: 'apns', token: 'ab'.repeat(32) }
  device = (await post('/v1/subscriptions', { ...address, user_id: ada })).body.id
})
afterAll(() => server?.close())

const post = (path: string, body?: unknown, headers?: Record<string, string>) =>
  server.request('POST', path, body, headers)
const at = (id: string, rest = '') => `/v1/event-definitions/${id}${rest}`

/** A definition that is as it should be, under a name of its own. */
function shipped(change: Record<string, unknown> = {}) {
  return {
    name: `Order shipped ${newId()}`,
    app_id: app,
    type: 'orders',
    content: {
      title: 'Order {{ variables.order_id }}',
      body: "{{ variables.note | default: 'On its way.' }}",
    },
    variables: [
      { name: 'order_id', example: 'A-1' },
      { name: 'note', example: "Ring twice, it's heavy", required: false },
    ],
    ...change,
  }
}

async function create(change: Record<string, unknown> = {}, isActive = true): Promise<string> {
  const { body } = await post('/v1/event-definitions', shipped(change))
  if (isActive) expect((await post(at(body.id, '/activate'))).status).toBe(200)
  return body.id
}

const places = ({ body }: { body: { errors?: { pointer: string; code: string }[] } }) =>
  body.errors?.map(({ pointer, code }) => `${pointer} ${code}`)

describe('a definition', () => {
  test('starts inactive and grows a version with each change', async () => {
    const created = await post('/v1/event-definitions', shipped({ description: 'By the courier' }))
    expect(created).toMatchObject({ status: 201, body: { status: 'inactive', version: 1, app_id: app } })
    const { id } = created.body
    const change = { content: { title: '{{ variables.order_id }}' }, ttl_seconds: 600, description: null }
    const { body } = await server.request('PATCH', at(id), change)
    expect(body).toMatchObject({ version: 2, ttl_seconds: 600, description: null, status: 'inactive' })
    expect(body.content).toEqual({ title: '{{ variables.order_id }}' })
    expect((await server.request('PATCH', at(id), {})).body.version).toBe(2)
    expect((await server.request('GET', at(id))).body).toEqual(body)
  })

  test('that is active stays active when it is changed, and cannot be deleted', async () => {
    const id = await create()
    const changed = await server.request('PATCH', at(id), { type: null })
    expect(changed.body).toMatchObject({ status: 'active', type: null })
    expect((await server.request('DELETE', at(id))).status).toBe(409)
    expect((await post(at(id, '/deactivate'))).body.status).toBe('inactive')
    expect((await server.request('DELETE', at(id))).status).toBe(204)
    expect((await server.request('GET', at(id))).status).toBe(404)
  })

  test('has a name that no other has', async () => {
    const first = shipped()
    await post('/v1/event-definitions', first)
    const second = await post('/v1/event-definitions', first)
    expect([second.status, places(second)]).toEqual([409, ['/name taken']])
    const other = await create()
    expect((await server.request('PATCH', at(other), { name: first.name })).status).toBe(409)
  })

  test.each([
    [
      'a text with a variable that is not declared',
      { content: { title: '{{ variables.oder_id }}' } },
      ['/content/title undeclared_variable'],
    ],
    [
      'an override with a variable that is not declared',
      { overrides: { apns: { subtitle: '{{ variables.x }}' } } },
      ['/overrides/apns/subtitle undeclared_variable'],
    ],
    [
      'an optional variable without a default in the text',
      { content: { title: '{{ variables.note }}' } },
      ['/content/title render_error'],
    ],
    ['a text that is no Liquid', { content: { title: '{{ variables.order_id' } }, ['/content/title syntax']],
    [
      'a name declared twice',
      { variables: ['order_id', 'note', 'note'].map((name) => ({ name, example: 1 })) },
      ['/variables/2/name taken'],
    ],
    [
      'an example that is null',
      { variables: [{ name: 'a', example: null }] },
      ['/variables/0/example custom'],
    ],
    [
      'a name that is no word',
      { variables: [{ name: 'a b', example: 1 }] },
      ['/variables/0/name invalid_format'],
    ],
    ['a type of more than 50 characters', { type: 'x'.repeat(51) }, ['/type too_big']],
    ['neither content nor template', { content: undefined }, ['/content content_or_template']],
    [
      'a template that is not there',
      { content: undefined, template_id: newId() },
      ['/template_id unknown_template'],
    ],
    ['an app that is not there', { app_id: newId() }, ['/app_id unknown_app']],
    [
      'texts that no provider takes',
      { content: { title: 'x'.repeat(6_000) } },
      expect.arrayContaining(['/content payload_too_large']),
    ],
  ])('is refused with %s', async (_what, change, expected) => {
    const answer = await post('/v1/event-definitions', shipped(change))
    expect([answer.status, places(answer)]).toEqual([422, expected])
  })

  test('goes with its app', async () => {
    const { body } = await post('/v1/apps', { name: newId() })
    const id = await create({ app_id: body.id })
    expect((await server.request('DELETE', `/v1/apps/${body.id}`)).status).toBe(204)
    expect((await server.request('GET', at(id))).status).toBe(404)
  })

  test('is listed by status, type and search', async () => {
    const type = `t${newId()}`.slice(0, 40)
    const [one, two] = [await create({ type }), await create({ type, description: 'With a Bicycle' }, false)]
    const ids = async (query: string) =>
      (await server.request('GET', `/v1/event-definitions?type=${type}${query}`)).body.data.map(
        ({ id }: { id: string }) => id,
      )
    expect(await ids('')).toEqual([two, one])
    expect(await ids('&status=active')).toEqual([one])
    expect(await ids('&search=bicycle')).toEqual([two])
    expect(await ids(`&app_id=${newId()}`)).toEqual([])
    const { page } = (await server.request('GET', `/v1/event-definitions?type=${type}&limit=1`)).body
    expect(await ids(`&cursor=${page.next_cursor}`)).toEqual([one])
  })
})

describe('a definition with a template', () => {
  let template: string
  beforeEach(async () => {
    const content = { title: 'Order {{ variables.order_id }}' }
    template = (await post('/v1/templates', { name: newId(), content })).body.id
  })

  test('takes its texts in the newest version, and keeps it from being deleted', async () => {
    const id = await create({ content: undefined, template_id: template })
    expect((await server.request('GET', at(id))).body).toMatchObject({ content: null, template_id: template })
    const content = { title: 'Now {{ variables.order_id }}' }
    await server.request('PUT', `/v1/templates/${template}`, { name: newId(), content })
    const { body } = await post(at(id, '/invoke'), { users: [{ id: ada }], variables: { order_id: 'A' } })
    const message = (await server.request('GET', `/v1/messages/${body.message_id}`)).body
    expect(message).toMatchObject({ title: content.title, template_version: 2 })
    expect((await server.request('DELETE', `/v1/templates/${template}`)).status).toBe(409)
    await server.request('PATCH', at(id), { content: { title: 'Own' } })
    expect((await server.request('GET', at(id))).body).toMatchObject({ template_id: null })
    expect((await server.request('DELETE', `/v1/templates/${template}`)).status).toBe(204)
  })

  test('is refused when the template reads what is not declared', async () => {
    const answer = await post(
      '/v1/event-definitions',
      shipped({ content: undefined, template_id: template, variables: [] }),
    )
    expect([answer.status, places(answer)]).toEqual([422, ['/template_id undeclared_variable']])
  })
})

describe('an invocation', () => {
  const invoke = (id: string, body: Record<string, unknown>) => post(at(id, '/invoke'), body)
  const variables = { order_id: 'A-7' }

  test('makes one urgent message of what the definition says', async () => {
    const id = await create({ ttl_seconds: 60 })
    const answer = await invoke(id, { users: [{ id: ada }], variables, metadata: { shop: 'Berlin' } })
    expect(answer).toMatchObject({
      status: 202,
      body: { event_definition_id: id, version: 2, estimated_recipients: 1 },
    })
    const message = (await server.request('GET', `/v1/messages/${answer.body.message_id}`)).body
    expect(message).toMatchObject({
      category: 'transactional',
      priority: 'high',
      to: { user_ids: [ada] },
      variables,
      metadata: { shop: 'Berlin', event: expect.stringContaining('Order shipped') },
      counts: { targeted: 1 },
    })
    expect(Date.parse(message.expires_at) - Date.parse(message.start_at)).toBe(60_000)
    const { body } = await server.request('GET', at(id, '/invocations'))
    expect(body.data).toMatchObject([
      { message_id: answer.body.message_id, version: 2, variables, counts: { targeted: 1, pending: 1 } },
    ])
    expect((await server.request('GET', at(id))).body.last_invoked_at).toBe(message.created_at)
  })

  test('reaches people by id, by value and by values, and devices', async () => {
    const id = await create()
    const recipients = async (whom: Record<string, unknown>) =>
      (await invoke(id, { ...whom, variables })).body.estimated_recipients
    const by = { attribute: 'email', value: ' ADA@example.com' }
    expect(await recipients({ users: [{ by }] })).toBe(1)
    expect(await recipients({ users: [{ by }, { id: ada }, { id: ada }] })).toBe(1)
    expect(await recipients({ users_by: { attribute: 'email', values: ['ada@example.com', 'x'] } })).toBe(1)
    expect(await recipients({ subscription_ids: [device] })).toBe(1)
  })

  test('with anything wrong is refused as a whole, naming each place', async () => {
    const id = await create({
      variables: ['order_id', 'note', 'needed'].map((name) => ({ name, example: 1 })),
    })
    for (const name of ['Twin one', 'Twin two'])
      await post('/v1/users', { attributes: { email: `${newId()}@example.com`, name, team: 'twins' } })
    const answer = await invoke(id, {
      users: [
        { id: newId() },
        { by: { attribute: 'email', value: 'nobody@example.com' } },
        { by: { attribute: 'team', value: 'twins' } },
      ],
      variables: { note: null, odd: 1, 'a/b': 2 },
    })
    expect([answer.status, places(answer)]).toEqual([
      422,
      [
        '/users/0/id unknown_id',
        '/users/1/by/value unknown_user',
        '/users/2/by/value ambiguous',
        '/variables/order_id missing_variable',
        '/variables/note missing_variable',
        '/variables/needed missing_variable',
        '/variables/odd unknown_variable',
        '/variables/a~1b unknown_variable',
      ],
    ])
    expect((await server.request('GET', at(id, '/invocations'))).body.data).toEqual([])
  })

  test.each([
    ['nobody', {}, ['', 'custom']],
    ['two families', { users: [{ id: newId() }], subscription_ids: [newId()] }, ['/users', 'custom']],
    ['a raw address', { users: [{ email: 'ada@example.com' }] }, ['/users/0/email', 'unknown_field']],
    ['a device that is not there', { subscription_ids: [newId()] }, ['/subscription_ids/0', 'unknown_id']],
  ])('of %s is refused', async (_what, whom, place) => {
    const answer = await invoke(await create(), { ...whom, variables })
    expect(answer.status).toBe(422)
    expect(places(answer)).toContain(place.join(' '))
  })

  test('whose value cannot be shown is refused at the variables', async () => {
    const answer = await invoke(await create(), { users: [{ id: ada }], variables: { order_id: { no: 7 } } })
    expect([answer.status, places(answer)]).toEqual([422, ['/variables render_error']])
  })

  test('is a POST alone', async () => {
    const { status, headers } = await server.request('GET', at(await create(), '/invoke'))
    expect([status, headers.get('allow')]).toEqual([405, 'POST'])
  })

  test('is refused from the moment that a deactivation has answered', async () => {
    const id = await create()
    const calls = Array.from({ length: 8 }, () => invoke(id, { users: [{ id: ada }], variables }))
    await post(at(id, '/deactivate'))
    const { data: before } = (await server.request('GET', at(id, '/invocations'))).body
    expect((await invoke(id, { users: [{ id: ada }], variables })).status).toBe(409)
    const statuses = (await Promise.all(calls)).map(({ status }) => status)
    const { data: after } = (await server.request('GET', at(id, '/invocations'))).body
    expect(after).toHaveLength(before.length)
    expect(statuses.filter((status) => status === 202)).toHaveLength(after.length)
  })

  test('stands in the audit with its message', async () => {
    const id = await create()
    const { body } = await invoke(id, { users: [{ id: ada }], variables })
    const { data } = (await server.request('GET', `/v1/audit?resource=${id}&action=invokeEvent`)).body
    expect(data).toMatchObject([{ message_id: body.message_id, resource: { kind: 'event-definitions', id } }])
    expect(JSON.stringify(data)).not.toContain(variables.order_id)
  })

  test('needs no more than a key that may invoke', async () => {
    const id = await create()
    const { body } = await post('/v1/keys', { name: 'Shop', scopes: ['events:invoke'] })
    const as = { authorization: `Bearer ${body.key}` }
    const call = { users: [{ id: ada }], variables }
    expect((await post(at(id, '/invoke'), call, as)).status).toBe(202)
    expect((await post(at(id, '/deactivate'), undefined, as)).status).toBe(403)
    expect((await server.request('GET', at(id), undefined, as)).status).toBe(403)
  })
})

describe('export and import', () => {
  let file: { definitions: Record<string, unknown>[] }
  let names: string[]
  beforeEach(async () => {
    const template = { name: newId(), content: { title: '{{ variables.order_id }}' } }
    const { body } = await post('/v1/templates', template)
    names = [newId(), newId()]
    await create({ name: names[0] })
    await create({ name: names[1], content: undefined, template_id: body.id }, false)
    const exported = (await server.request('GET', '/v1/event-definitions/export')).body
    file = {
      ...exported,
      definitions: exported.definitions.filter(({ name }: { name: string }) => names.includes(name)),
    }
  })
  const bring = (body: unknown) => post('/v1/event-definitions/import', body)
  const withNames = (rename: (name: unknown) => string) => ({
    ...file,
    definitions: file.definitions.map((each) => ({ ...each, name: rename(each.name) })),
  })

  test('give back what was there, under other names', async () => {
    const { status, body } = await bring(withNames((name) => `${name} again`))
    expect([status, body]).toMatchObject([200, { created: 2, replaced: 0 }])
    const [first, second] = await Promise.all(
      body.ids.map(async (id: string) => (await server.request('GET', at(id))).body),
    )
    expect(first).toMatchObject({ name: `${names[0]} again`, status: 'active', app_id: app, type: 'orders' })
    expect(first.variables).toHaveLength(2)
    expect(second).toMatchObject({ status: 'inactive', content: null, template_id: expect.any(String) })
  })

  test('find apps and templates of another workspace by their names', async () => {
    const [first, second] = withNames((name) => `${name} elsewhere`).definitions as [
      object,
      { template: object },
    ]
    const definitions = [
      { ...first, app: { id: newId(), name: 'Shop' } },
      { ...second, template: { ...second.template, id: newId() } },
    ]
    expect((await bring({ definitions })).body.created).toBe(2)
  })

  test('refuse names that exist, unless they are to be replaced', async () => {
    const refused = await bring(file)
    expect([refused.status, places(refused)]).toEqual([
      409,
      ['/definitions/0/name taken', '/definitions/1/name taken'],
    ])
    const [first] = file.definitions
    const { status: _, ...changed } = { ...first, description: 'Changed' } as Record<string, unknown>
    const { body } = await bring({ mode: 'replace', definitions: [changed] })
    expect(body).toMatchObject({ created: 0, replaced: 1 })
    expect((await server.request('GET', at(body.ids[0]))).body).toMatchObject({
      description: 'Changed',
      status: 'active',
      version: 3,
    })
  })

  test('take all or nothing, and say where it is wrong', async () => {
    const { definitions } = withNames((name) => `${name} wrong`) as { definitions: object[] }
    const answer = await bring({
      definitions: [
        definitions[0],
        { ...definitions[0], name: 'b', content: { title: '{{ variables.x }}' } },
        { ...definitions[1], name: 'c', template: { name: 'no such' } },
        { ...definitions[0], name: 'd', app: { name: 'no such' } },
      ],
    })
    expect([answer.status, places(answer)]).toEqual([
      422,
      [
        '/definitions/1/content/title undeclared_variable',
        '/definitions/2/template unknown_template',
        '/definitions/3/app unknown_app',
      ],
    ])
    const { data } = (await server.request('GET', `/v1/event-definitions?search=wrong`)).body
    expect(data).toEqual([])
    const twice = await bring({ definitions: [definitions[0], definitions[0]] })
    expect([twice.status, places(twice)]).toEqual([422, ['/definitions/1/name taken']])
  })
})

test('the ready call names what keeps it from reaching somebody', async () => {
  const id = await create({}, false)
  const { body } = await server.request('GET', at(id, '/payload'))
  expect(body.body).toEqual({
    users: [{ id: ada }],
    variables: { order_id: 'A-1', note: "Ring twice, it's heavy" },
  })
  expect(body.obstacles).toEqual([
    expect.stringContaining('inactive'),
    expect.stringContaining('not published'),
    expect.stringContaining('no credential for push'),
  ])
  const bob = (await post('/v1/users', { attributes: { email: `${newId()}@example.com` } })).body.id
  expect((await server.request('GET', at(id, `/payload?user_id=${bob}`))).body.body.users).toEqual([
    { id: bob },
  ])
  expect((await server.request('GET', at(id, `/payload?user_id=${newId()}`))).status).toBe(404)
})
