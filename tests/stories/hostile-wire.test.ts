import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endpoints } from '@carillon/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { callRaw } from './hostile-call.ts'
import { bearing, type Client, createClient, pathTo } from './hostile-client.ts'
import { openWorld, type World } from './hostile-world.ts'

let world: World
let client: Client
beforeAll(async () => {
  world = await openWorld()
  client = createClient(world)
}, 120_000)
afterAll(() => world.close())

describe('methods and addresses', () => {
  test('HEAD answers what GET would, without a body', async () => {
    for (const { method, path, id } of endpoints) {
      if (method !== 'GET') continue
      const query = id === 'whyMessage' ? `?user_id=${world.own.user}` : ''
      const request = { path: pathTo(path, world.own) + query, headers: bearing(world.server.key) }
      const [head, whole] = [
        await client.ask({ ...request, method: 'HEAD' }),
        await client.ask({ ...request, method: 'GET' }),
      ]
      expect([path, head.status, head.text]).toEqual([path, whole.status, ''])
    }
  })

  test('HEAD of events that are still to come does not wait for them', async () => {
    const start_at = new Date(Date.now() + 3_600_000).toISOString()
    const to = { user_ids: [world.own.user] }
    const sent = await client.post('/v1/messages', {
      app_id: world.own.app,
      to,
      content: { title: 'Later' },
      start_at,
    })
    const path = `/v1/messages/${sent.body.id}/events`
    const head = await client.ask({ method: 'HEAD', path, headers: bearing(world.server.key) })
    expect([head.status, head.headers['content-type'], head.text]).toEqual([200, 'text/event-stream', ''])
  })

  test('OPTIONS and TRACE say what the address takes, and echo nothing', async () => {
    for (const method of ['OPTIONS', 'TRACE']) {
      const answer = await client.ask({ method, path: '/v1/apps', headers: bearing(world.server.key) })
      expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, POST'])
      expect(answer.text).not.toContain(world.server.key)
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  test('an address that is none is not found, in the words of a problem', async () => {
    for (const path of [
      '/v1',
      '/v1/nothing',
      '/v1/apps/',
      '/v1//apps',
      '/v1/apps/%',
      '/v1/apps/%ff',
      '/V1/apps',
      '/v1/apps;x',
      '//v1/apps',
      '/..',
      '/v1/../v1/apps',
    ])
      expect([path, (await client.get(path)).status]).toEqual([path, 404])
    expect((await client.get(`/v1/apps/${'a'.repeat(5_000)}`)).status).toBe(404)
  })

  test('a path that climbs out of the console’s files leads to nothing', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'carillon-files-'))
    const consoleDir = join(dir, 'console')
    await mkdir(join(consoleDir, 'assets'), { recursive: true })
    await writeFile(join(dir, 'secret.txt'), 'TOP SECRET')
    await writeFile(join(consoleDir, '.env'), 'TOP SECRET')
    await writeFile(join(consoleDir, 'index.html'), '<!doctype html>The console')
    await writeFile(join(consoleDir, 'assets', 'app.js'), 'run()')
    const server = await startTestServer({ ROLES: 'api' }, { store: world.store, consoleDir })
    try {
      expect((await callRaw(server.address, { method: 'GET', path: '/assets/app.js' })).text).toBe('run()')
      const climbs = [
        '..',
        '%2e%2e',
        '..%2f',
        '..%5c',
        '..\\',
        '%252e%252e',
        '....//',
        'assets/../..',
        '%c0%ae%c0%ae',
        '..%00',
      ]
      for (const climb of climbs) {
        for (const path of [
          `/${climb}/secret.txt`,
          `/assets/${climb}/${climb}/secret.txt`,
          `/${climb}secret.txt`,
        ]) {
          const answer = await callRaw(server.address, { method: 'GET', path })
          expect([path, answer.status < 500, answer.text.includes('TOP SECRET')]).toEqual([path, true, false])
        }
      }
      expect((await callRaw(server.address, { method: 'GET', path: '/.env' })).text).not.toContain(
        'TOP SECRET',
      )
      for (const path of ['/v1/nothing', '/v1/sign-in', '/sandbox/x'])
        expect((await callRaw(server.address, { method: 'GET', path })).headers['content-type']).toMatch(
          /problem/,
        )
    } finally {
      await server.close()
      await rm(dir, { recursive: true, force: true })
    }
  })

  test('the way to the sandbox leads nowhere else', async () => {
    let visits = 0
    const elsewhere = createServer((_, answer) => {
      visits += 1
      answer.end('elsewhere')
    }).listen(0, '127.0.0.1')
    await once(elsewhere, 'listening')
    const { port } = elsewhere.address() as AddressInfo
    const host = `127.0.0.1:${port}`
    for (const way of [
      `//${host}/`,
      `/\\${host}/`,
      `/\\\\${host}/`,
      `/%2f${host}/`,
      `@${host}/`,
      `:${port}/`,
      `/http://${host}/`,
    ]) {
      const answer = await callRaw(world.server.address, {
        method: 'GET',
        path: `/sandbox${way}`,
        headers: bearing(world.server.key),
      })
      expect([way, answer.status < 500, answer.text.includes('elsewhere')]).toEqual([way, true, false])
    }
    expect(visits).toBe(0)
    elsewhere.close()
  })
})

describe('bytes', () => {
  const exchange = async (bytes: string): Promise<string> => {
    const { hostname, port } = new URL(world.server.address)
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
    })
    socket.end(bytes)
    await once(socket, 'close')
    return text
  }

  test.each([
    ['that are no HTTP', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n', 400],
    ['of an HTTP that is none', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n', 400],
    [
      'with a header cut in two by a lone return',
      'GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\rX-Evil: 1\r\n\r\n',
      400,
    ],
    [
      'with two lengths',
      'POST /v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
      400,
    ],
    [
      'with a length and chunks',
      'POST /v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'with a header of 20,000 bytes',
      `GET /v1/me HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
  ])('%s are answered with a problem and the connection closed', async (_, bytes, status) => {
    const [head = '', body = ''] = (await exchange(bytes)).split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(head).toMatch(/content-type: application\/problem\+json/i)
    const problem = JSON.parse(body)
    expect(problem.status).toBe(status)
    expect(head.toLowerCase()).toContain(`x-request-id: ${problem.request_id}`)
    expect((await client.get('/healthz')).status).toBe(200)
  })

  test('an X-Request-Id is kept when it is harmless and else replaced', async () => {
    const idFor = async (id: string) => {
      const answer = await client.ask({
        method: 'GET',
        path: '/v1/me',
        headers: bearing(world.server.key, { 'x-request-id': id }),
      })
      return answer.headers['x-request-id']
    }
    expect(await idFor('caller-1_abc')).toBe('caller-1_abc')
    for (const id of [
      'short',
      'a'.repeat(65),
      'abc def ghi',
      'abcdefgh%0d%0aX-Evil:1',
      '<script>alert</script>',
      'éééééééé',
      '{"a":"b"}xx',
    ])
      expect(await idFor(id)).not.toBe(id)
  })
})

describe('an Idempotency-Key', () => {
  const app = (name: string) => ({ name })
  const keyed = (key: string, more: Record<string, string> = {}) => ({ 'idempotency-key': key, ...more })

  test('gives the first answer again, byte for byte, and says so', async () => {
    const first = await client.post('/v1/apps', app('Once'), keyed('once'))
    const again = await client.post('/v1/apps', app('Once'), keyed('once'))
    expect([again.status, again.text]).toEqual([201, first.text])
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(again.headers['original-request-id']).toBe(first.headers['x-request-id'])
    expect(first.headers['idempotent-replayed']).toBeUndefined()
  })

  test('is refused with another body or another thing', async () => {
    await client.post('/v1/apps', app('Twice'), keyed('twice'))
    const other = await client.post('/v1/apps', app('Thrice'), keyed('twice'))
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
    const { app: appId } = world.own
    await client.post(`/v1/apps/${appId}/publish`, '', keyed('publish'))
    const elsewhere = await client.post(`/v1/apps/${world.foreign.app}/publish`, '', keyed('publish'))
    expect(elsewhere.status).toBe(422)
  })

  test('that is none is refused', async () => {
    for (const key of ['', ' ', 'a b', 'é', 'x'.repeat(256), 'a\tb'])
      expect((await client.post('/v1/apps', app('Bad key'), keyed(key))).body.code).toBe(
        'invalid_idempotency_key',
      )
  })

  test('lets one of many requests at once create', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => client.post('/v1/apps', app('Race'), keyed('race'))),
    )
    const created = answers.filter(({ status }) => status === 201)
    expect(created.length).toBeGreaterThan(0)
    expect(new Set(created.map(({ text }) => text)).size).toBe(1)
    expect(created.filter(({ headers }) => !headers['idempotent-replayed'])).toHaveLength(1)
    for (const { status, body, headers } of answers.filter((each) => each.status !== 201)) {
      expect([status, body.code]).toEqual([409, 'idempotency_key_in_use'])
      expect(headers['retry-after']).toBe('1')
    }
    expect(
      (await client.get('/v1/apps?limit=200')).body.data.filter(
        (each: { name: string }) => each.name === 'Race',
      ),
    ).toHaveLength(1)
  })

  test('belongs to the credential that sent it', async () => {
    const { key } = await world.api('POST', '/v1/keys', { name: 'Second' })
    const first = await client.post('/v1/users', { attributes: { n: 1 } }, keyed('shared'))
    const second = await client.post('/v1/users', { attributes: { n: 1 } }, keyed('shared', bearing(key)))
    const third = await client.post(
      '/v1/users',
      { attributes: { n: 1 } },
      keyed('shared', bearing(world.foreignKey)),
    )
    expect(new Set([first, second, third].map(({ body }) => body.id)).size).toBe(3)
  })

  test('is free again after a request that was refused', async () => {
    const taken = await client.post('/v1/users', { attributes: { email: 'taken@example.com' } })
    const input = { attributes: { email: 'taken@example.com' } }
    expect((await client.post('/v1/users', input, keyed('retry'))).status).toBe(409)
    await client.send('DELETE', `/v1/users/${taken.body.id}`, '')
    const retried = await client.post('/v1/users', input, keyed('retry'))
    expect([retried.status, retried.headers['idempotent-replayed']]).toEqual([201, undefined])
  })
})
