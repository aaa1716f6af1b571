import { endpoints } from '@carillon/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApi } from '../../tools/api.ts'
import { waitForMessage } from '../../tools/wait-for-message.ts'
import { bearing, type Client, createClient, pathTo, pointersOf } from './hostile-client.ts'
import { openWorld, type World } from './hostile-world.ts'

let world: World
let client: Client
beforeAll(async () => {
  world = await openWorld()
  client = createClient(world)
}, 120_000)
afterAll(() => world.close())

describe('a body', () => {
  test.each([
    ['cut short', '{"name":"x"'],
    ['with something behind it', '{"name":"x"}}'],
    ['in single quotes', "{'name':'x'}"],
    ['that begins with a byte order mark', '\ufeff{"name":"x"}'],
    ['that names __proto__', '{"name":"x","__proto__":{"status":"published"}}'],
    ['that hides __proto__ in a list', '{"name":"x","more":[{"__proto__":1}]}'],
    ['of 100,000 lists in each other', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['of 100,000 objects in each other', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['of 101 objects in each other', `${'{"a":'.repeat(101)}1${'}'.repeat(101)}`],
  ])('%s is malformed', async (_, body) => {
    expect(await client.post('/v1/apps', body)).toMatchObject({
      status: 400,
      body: { code: 'malformed_json' },
    })
  })

  test('with a field of another type, a missing one or an unknown one is told each place', async () => {
    const answer = await client.post('/v1/messages', {
      to: { all: 'yes' },
      content: { titel: 'x' },
      ttl_seconds: '1',
    })
    expect(answer.status).toBe(422)
    expect(pointersOf(answer).sort()).toEqual(['/content/titel', '/to/all', '/ttl_seconds'])
    const unknown = await client.post('/v1/apps', { 'a/b~c': 1 })
    expect(pointersOf(unknown).sort()).toEqual(['/a~1b~0c', '/name'])
  })

  test.each([
    ['NUL', '\\u0000'],
    ['half a surrogate pair', '\\ud83d'],
  ])('with %s in a value or a name is told the place', async (_, escaped) => {
    const value = await client.post('/v1/apps', `{"name":"a${escaped}"}`)
    expect([value.status, pointersOf(value)]).toEqual([422, ['/name']])
    const name = await client.post('/v1/users', `{"attributes":{"a${escaped}":1}}`)
    expect([name.status, pointersOf(name)]).toEqual([422, ['/attributes/']])
  })

  test('that is larger than the operation takes is refused, wherever the limit is', async () => {
    const tooLarge = { status: 413, body: { code: 'body_too_large' } }
    expect(await client.post('/v1/apps', { name: 'x'.repeat(10 * 1024 * 1024) })).toMatchObject(tooLarge)
    const data = 'x'.repeat(33 * 1024 * 1024)
    expect(await client.post('/v1/imports', { format: 'csv', data })).toMatchObject(tooLarge)
  })

  test('of a content type that a form could send is refused, so no other site can make a browser send it', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain'])
      expect((await client.post('/v1/apps', '{"name":"Form"}', { 'content-type': type })).status).toBe(415)
  })

  test('in bytes that are no UTF-8 changes nothing but the text that holds them', async () => {
    const body = Buffer.concat([Buffer.from('{"name":"Latin '), Buffer.of(0xe9), Buffer.from('"}')])
    const headers = bearing(world.server.key, { 'content-type': 'application/json' })
    const answer = await client.ask({ method: 'POST', path: '/v1/apps', headers, body })
    expect([answer.status, answer.body.name]).toEqual([201, 'Latin \ufffd'])
  })

  test('with a time outside the years that can be written is told so', async () => {
    for (const time of ['0000-06-01T00:00:00Z', '9999-12-31T23:59:59-01:00', '0001-01-01T00:00:00+01:00']) {
      const answer = await client.post('/v1/keys', { name: 'Old', expires_at: time })
      expect([time, answer.status, pointersOf(answer)]).toEqual([time, 422, ['/expires_at']])
    }
  })
})

describe('a cursor', () => {
  const lists = endpoints.filter(({ query }) => query?.safeParse({ cursor: 'x' }).success)
  test.each(
    lists.map((endpoint) => [endpoint.path, endpoint] as const),
  )('of %s that we did not make is refused', async (path, { method }) => {
    const concrete = pathTo(path, world.own)
    const keys = [
      ['-'.repeat(36)],
      ['g'.repeat(36)],
      [2 ** 31],
      [2 ** 53],
      [-1.5],
      [null],
      [[]],
      {},
      'x',
      [],
      [1, 2],
    ]
    const made = keys.map((key) => Buffer.from(JSON.stringify(key)).toString('base64url'))
    for (const cursor of [...made, '', 'x', '%00', '%2B', 'a'.repeat(501)]) {
      const answer = await client.ask({
        method,
        path: `${concrete}?cursor=${cursor}`,
        headers: bearing(world.server.key),
      })
      expect(['invalid_cursor', 'invalid_request']).toContain(answer.body.code)
    }
  })
})

describe('names that mean something elsewhere', () => {
  const injections = ["a'; drop table users; --", 'a"; select 1', 'a->>b', '$.a', 'a b', '__proto__', '']
  test('SQL is no attribute name, wherever one is asked for', async () => {
    for (const name of injections.filter((each) => each !== '__proto__')) {
      expect(pointersOf(await client.post('/v1/attributes', { name, type: 'string' }))).toEqual(['/name'])
      expect((await client.post('/v1/users', { attributes: { [name]: 1 } })).status).toBe(422)
      const conditions = [{ number: 1, attribute: name, operator: 'exists' }]
      expect(pointersOf(await client.post('/v1/segments/estimate', { conditions }))).toEqual([
        '/conditions/0/attribute',
      ])
      const to = { users_by: { attribute: name, values: ['x'] } }
      expect(pointersOf(await client.post('/v1/messages', { to, content: { title: 'x' } }))).toEqual([
        '/to/users_by/attribute',
      ])
      if (name) expect((await client.get(`/v1/users/by/${encodeURIComponent(name)}/x`)).status).toBe(404)
    }
  })

  test('SQL and patterns in values are text', async () => {
    for (const value of [...injections.filter(Boolean), '%', '_', '\\', '(', '[', '$$', '\u2028']) {
      const created = await client.post('/v1/users', { attributes: { motto: value } })
      expect(created.status).toBe(201)
      const conditions = [{ number: 1, attribute: 'motto', operator: 'contains', value }]
      const { body } = await client.post('/v1/segments/estimate', { conditions })
      expect(body.users).toBeGreaterThan(0)
      const found = await client.get(`/v1/users?search=${encodeURIComponent(value)}`)
      expect(found.body.data.map(({ id }: { id: string }) => id)).toContain(created.body.id)
      await client.send('DELETE', `/v1/users/${created.body.id}`, '')
    }
  })

  test('names that every JavaScript object has are names like others', async () => {
    const { user, app } = world.own
    const to = { users_by: { attribute: 'constructor', values: ['x'] } }
    const sent = await client.post('/v1/messages', { app_id: app, to, content: { title: 'x' } })
    expect(sent).toMatchObject({ status: 202, body: { estimated_recipients: 0 } })
    const why = await client.get(`/v1/messages/${sent.body.id}/why?user_id=${user}`)
    expect(why.body.audience[0].detail).toMatch(/this person's is not set\.$/)
    const content = { title: '{{ user.constructor }}{{ user.toString }}' }
    const { body } = await client.post('/v1/messages/preview', { content, user_id: user })
    expect(body.previews[0]).toMatchObject({ ok: false, problem: { pointer: '/content/title' } })
  })
})

describe('an import', () => {
  test('of lines that are no JSON, or no people, ends and says of each why', async () => {
    const lines = [
      `x${'🦄'.repeat(60)}`,
      '{"attributes":{"email":"a\\u0000"}}',
      '{"a":"\\ud83d"}',
      'null',
      '[[[[',
      '{"__proto__":1}',
    ]
    const { body: job } = await client.post('/v1/imports', { format: 'ndjson', data: lines.join('\n') })
    const workers = await world.startWorkers()
    try {
      const read = async () => (await client.get(`/v1/jobs/${job.id}`)).body
      await expect.poll(async () => (await read()).status, { timeout: 20_000 }).toBe('finished')
      const { result } = await read()
      expect(result).toMatchObject({ created: 0, failed: lines.length })
      expect(result.errors.map(({ row }: { row: number }) => row)).toEqual(lines.map((_, i) => i + 1))
    } finally {
      await workers.close()
    }
  })
})

describe('work without end', () => {
  const loop = '{% for i in (1..1000000000) %}x{% endfor %}'
  const nested = `${'{% for i in (1..999) %}'.repeat(20)}x${'{% endfor %}'.repeat(20)}`
  const doubling =
    '{% assign s = "xx" %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}{{ s }}'

  test.each([
    ['a long loop', loop],
    ['loops in loops', nested],
    [
      'a filter that pads',
      '{{ "x" | append: "y" | slice: 0, 999999999 }}{% for i in (1..99999999) %}{% endfor %}',
    ],
  ])('%s in a template is refused soon, when sending and when previewing', async (_, title) => {
    const startedAt = performance.now()
    const sent = await client.post('/v1/messages', {
      app_id: world.own.app,
      to: { all: true },
      content: { title },
    })
    expect([sent.status, sent.body.code, pointersOf(sent)]).toEqual([
      422,
      'invalid_content',
      ['/content/title'],
    ])
    const previewed = await client.post('/v1/messages/preview', { content: { title } })
    expect([previewed.status, previewed.body.problems[0].pointer]).toEqual([200, '/content/title'])
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })

  test('what is endless once there is a person excludes that person and holds up nobody', async () => {
    const workers = await world.startWorkers()
    const api = createApi(workers.address, workers.key)
    const to = { user_ids: [world.own.user] }
    const perPerson = '{% for i in (1..user.age) %}{% for j in (1..99999) %}x{% endfor %}{% endfor %}'
    try {
      for (const title of [perPerson, doubling]) {
        const { id } = await api('POST', '/v1/messages', { app_id: world.own.app, to, content: { title } })
        const message = await waitForMessage(api, id)
        expect(message).toMatchObject({ status: 'finished', excluded: { render_error: 1 } })
      }
    } finally {
      await workers.close()
    }
  })

  test('a segment of 10,000 conditions, or that comes to thousands, is refused', async () => {
    const conditions = Array.from({ length: 10_000 }, (_, i) => ({
      number: i + 1,
      attribute: 'age',
      operator: 'exists',
    }))
    const answer = await client.post('/v1/segments', { name: 'Long', conditions })
    expect(answer.status).toBe(422)
    let inner = world.own.segment
    for (let level = 0; level < 2; level += 1) {
      const naming = Array.from({ length: 20 }, (_, i) => ({
        number: i + 1,
        operator: 'in_segment',
        value: inner,
      }))
      const saved = await client.post('/v1/segments', { name: `Level ${level}`, conditions: naming })
      expect(saved.status).toBe(201)
      inner = saved.body.id
    }
    const twice = [1, 2].map((number) => ({ number, operator: 'in_segment', value: inner }))
    const refused = await client.post('/v1/segments', { name: 'Too many', conditions: twice })
    expect([refused.status, refused.body.code]).toEqual([422, 'invalid_segment'])
  })

  test('a definition of a thousand parentheses, or one that never ends, is told the place', async () => {
    const conditions = [{ number: 1, attribute: 'age', operator: 'exists' }]
    for (const definition of [
      `${'('.repeat(1_900)}1${')'.repeat(1_900)}`,
      `${'NOT '.repeat(900)}1`,
      '1 AND ('.repeat(500),
    ]) {
      const answer = await client.post('/v1/segments/estimate', { conditions, definition })
      expect([answer.status, pointersOf(answer)]).toEqual([422, ['/definition']])
    }
    expect(
      (await client.post('/v1/segments/estimate', { conditions, definition: '1'.repeat(4_001) })).status,
    ).toBe(422)
  })

  test('segments cannot name each other in a circle', async () => {
    const naming = (value: string) => [{ number: 1, operator: 'in_segment', value }]
    const first = await client.post('/v1/segments', { name: 'First', conditions: [] })
    const second = await client.post('/v1/segments', { name: 'Second', conditions: naming(first.body.id) })
    for (const id of [first.body.id, second.body.id]) {
      const circle = { name: 'First', conditions: naming(id) }
      const answer = await client.send('PUT', `/v1/segments/${first.body.id}`, circle)
      expect([answer.status, answer.body.errors[0].code]).toEqual([422, 'circle'])
    }
  })
})
