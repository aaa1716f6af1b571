import { execFile } from 'node:child_process'
import { constants, type ServerHttp2Session } from 'node:http2'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createNodeSender } from './node-sender.ts'
import { createSender } from './own-sender.ts'
import type { Answer, SenderOptions, SendRequest } from './sender.ts'
import { startTestProxy, startTestServer, type TestServer, type TestServerOptions } from './testing/index.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const open of closing.splice(0).reverse()) await open[Symbol.asyncDispose]()
})

async function serverOf(options: TestServerOptions): Promise<TestServer> {
  const server = await startTestServer(options)
  closing.push(server)
  return server
}

async function proxyOf(options?: Parameters<typeof startTestProxy>[0]) {
  const proxy = await startTestProxy(options)
  closing.push(proxy)
  return proxy
}

const ok = () => ({ status: 200 })
const numbered = (count: number): SendRequest[] =>
  Array.from({ length: count }, (_, i) => ({
    path: `/${i}`,
    headers: { 'x-number': String(i) },
    body: `body ${i}`,
  }))
const statuses = (answers: Answer[]) =>
  answers.map((answer) => ('status' in answer ? answer.status : answer.failure))
const codes = (answers: Answer[]) => answers.map((answer) => ('code' in answer ? answer.code : answer.status))

describe.each([
  ['createSender', createSender],
  ['createNodeSender', createNodeSender],
] as const)('%s', (name, create) => {
  function senderOf(options: SenderOptions) {
    const sender = create(options)
    closing.push(sender)
    return sender
  }

  test('answers come in the order of the requests, over one connection', async () => {
    const server = await serverOf({ handle: ({ body }) => ({ status: 200, body: `got ${body}` }) })
    const sender = senderOf({ origin: server.origin, ca: server.ca })
    const answers = await sender.send(numbered(1500))
    expect(answers.map((answer) => 'body' in answer && answer.body)).toEqual(
      numbered(1500).map(({ body }) => `got ${body}`),
    )
    expect(server.connections()).toBe(1)
    expect(await sender.send([])).toEqual([])
  })

  test('the method, headers and body arrive as they are, and the answer has its headers', async () => {
    const server = await serverOf({ handle: () => ({ status: 201, headers: { location: '/x' } }) })
    const sender = senderOf({ origin: server.origin, ca: server.ca })
    const [answer] = await sender.send([
      { path: '/a?b=c', method: 'DELETE', headers: { 'x-one': '1' }, body: new Uint8Array() },
    ])
    expect(answer).toMatchObject({ status: 201, headers: { location: '/x' }, body: '' })
    expect(server.requests[0]).toMatchObject({ method: 'DELETE', path: '/a?b=c', body: '' })
    expect(server.requests[0]?.headers).toMatchObject({
      'x-one': '1',
      ':authority': `localhost:${server.port}`,
    })
  })

  function measuringServer(settings: { maxConcurrentStreams: number }, processMs = 1) {
    let now = 0
    let peak = 0
    const server = serverOf({
      settings,
      async handle() {
        peak = Math.max(peak, ++now)
        await delay(processMs)
        now--
        return ok()
      },
    })
    return { server, peak: () => peak }
  }

  test('never has more in flight than the peer allows', async () => {
    const { server, peak } = measuringServer({ maxConcurrentStreams: 7 })
    const { origin, ca } = await server
    const answers = await senderOf({ origin, ca }).send(numbered(100))
    expect(new Set(statuses(answers))).toEqual(new Set([200]))
    expect(peak()).toBe(7)
  })

  test('never has more in flight than maxInFlight, on each of maxConnections connections', async () => {
    const { server, peak } = measuringServer({ maxConcurrentStreams: 100 }, 20)
    const { origin, ca, connections } = await server
    await senderOf({ origin, ca, maxInFlight: 3, maxConnections: 2 }).send(numbered(60))
    expect(peak()).toBeLessThanOrEqual(6)
    expect(connections()).toBe(2)
  })

  /** Says GOAWAY at the nth stream of each session, and does not process the streams after it. */
  function goawayServer(nth: number, errorCode: number, processMs = 0) {
    const lastIds = new WeakMap<object, number>()
    const processed = new Map<string, number>()
    const server = serverOf({
      onSession(session) {
        let streams = 0
        session.on('stream', ({ id = 0 }) => {
          if (++streams !== nth + 1) return
          lastIds.set(session, id - 2)
          session.goaway(errorCode, id - 2)
        })
      },
      async handle({ path, stream }) {
        const { id = 0, session } = stream ?? {}
        if (session && id > (lastIds.get(session) ?? id)) return undefined
        processed.set(path, (processed.get(path) ?? 0) + 1)
        await delay(processMs)
        return ok()
      },
    })
    return { server, processed }
  }

  test('a GOAWAY amid a burst loses nothing and sends nothing twice', async () => {
    const { server, processed } = goawayServer(100, constants.NGHTTP2_NO_ERROR)
    const { origin, ca, connections } = await server
    expect(statuses(await senderOf({ origin, ca }).send(numbered(150)))).toEqual(Array(150).fill(200))
    expect([...processed.values()]).toEqual(Array(150).fill(1))
    expect(connections()).toBe(2)
  })

  test('over several connections that all say GOAWAY, exactly what the server processed is answered', async () => {
    const { server, processed } = goawayServer(200, constants.NGHTTP2_NO_ERROR, 1)
    const { origin, ca } = await server
    const sender = senderOf({ origin, ca, maxConnections: 3, maxInFlight: 50 })
    const answers = (
      await Promise.all([sender.send(numbered(1000)), sender.send(numbered(1500).slice(1000))])
    ).flat()
    expect(new Set(processed.values())).toEqual(new Set([1]))
    expect([...processed.keys()].sort()).toEqual(
      answers.flatMap((answer, i) => ('status' in answer ? [`/${i}`] : [])).sort(),
    )
    // Connections that end together may refuse the same request twice; it is then known as not sent.
    expect(new Set(statuses(answers).filter((status) => status !== 200))).not.toContain('unknown')
    expect(processed.size).toBeGreaterThan(1000)
  })

  test('a second GOAWAY for the same request is answered as not sent', async () => {
    const { server, processed } = goawayServer(1, constants.NGHTTP2_NO_ERROR)
    const { origin, ca } = await server
    const answers = await senderOf({ origin, ca }).send(numbered(3))
    // Each session takes one of the three; the one left has then been refused twice.
    expect(codes(answers).sort()).toEqual([200, 200, 'GOAWAY'])
    expect(statuses(answers).sort()).toEqual([200, 200, 'not_sent'])
    expect([...processed.values()]).toEqual([1, 1])
  })

  test('after a GOAWAY with an error, what may have been processed is not sent again and the rest is', async () => {
    const { server, processed } = goawayServer(100, constants.NGHTTP2_INTERNAL_ERROR, 20)
    const { origin, ca } = await server
    const answers = await senderOf({ origin, ca }).send(numbered(150))
    // node:http2 cuts the connection at once; ours waits for what the peer still answers.
    const first = name === 'createSender' ? 200 : 'GOAWAY'
    expect(codes(answers.slice(0, 100))).toEqual(Array(100).fill(first))
    expect(statuses(answers.slice(100))).toEqual(Array(50).fill(200))
    expect([...processed.values()]).toEqual(Array(150).fill(1))
  })

  test('an idle connection that said GOAWAY is not used again', async () => {
    const server = await serverOf({ handle: ok })
    const sender = senderOf({ origin: server.origin, ca: server.ca })
    await sender.send(numbered(1))
    for (const session of server.sessions) session.close()
    await vi.waitFor(() => expect(server.sessions.size).toBe(0))
    expect(statuses(await sender.send(numbered(3)))).toEqual([200, 200, 200])
    expect(server.connections()).toBe(2)
  })

  test.each([
    ['GOAWAY', (session: ServerHttp2Session) => session.goaway()],
    ['an end', (session: ServerHttp2Session) => session.close()],
    ['a cut', (session: ServerHttp2Session) => session.destroy()],
  ])('a peer that greets with %s leaves the request not sent, and nothing hangs', async (_what, greet) => {
    const server = await serverOf({ onSession: greet, handle: () => undefined })
    const sender = senderOf({ origin: server.origin, ca: server.ca })
    expect(statuses(await sender.send(numbered(1)))).toEqual(['not_sent'])
    expect(statuses(await sender.send(numbered(1)))).toEqual(['not_sent'])
  })

  test('a refused stream is sent once more', async () => {
    const refused = new Set<string>()
    const server = await serverOf({
      handle({ path, stream }) {
        if (refused.has(path)) return ok()
        refused.add(path)
        stream?.close(constants.NGHTTP2_REFUSED_STREAM)
        return undefined
      },
    })
    const sender = senderOf({ origin: server.origin, ca: server.ca })
    expect(statuses(await sender.send(numbered(20)))).toEqual(Array(20).fill(200))
    expect(server.connections()).toBe(1)
  })

  test.each([
    [constants.NGHTTP2_REFUSED_STREAM, { failure: 'not_sent', code: 'REFUSED_STREAM' }],
    [constants.NGHTTP2_CANCEL, { failure: 'unknown', code: 'CANCEL' }],
    [constants.NGHTTP2_INTERNAL_ERROR, { failure: 'unknown', code: 'INTERNAL_ERROR' }],
    [constants.NGHTTP2_ENHANCE_YOUR_CALM, { failure: 'unknown', code: 'ENHANCE_YOUR_CALM' }],
  ])('a stream always reset with code %d fails as %j', async (code, expected) => {
    const server = await serverOf({
      handle({ stream }) {
        stream?.close(code)
        return undefined
      },
    })
    expect(await senderOf({ origin: server.origin, ca: server.ca }).send(numbered(1))).toEqual([expected])
  })

  test('ENHANCE_YOUR_CALM halves what is in flight', async () => {
    let now = 0
    let peak = 0
    const server = await serverOf({
      async handle({ path, stream }) {
        if (path === '/calm') {
          stream?.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)
          return undefined
        }
        peak = Math.max(peak, ++now)
        await delay(1)
        now--
        return ok()
      },
    })
    const sender = senderOf({ origin: server.origin, ca: server.ca, maxInFlight: 20 })
    await sender.send(numbered(40))
    expect(peak).toBe(20)
    await sender.send([{ path: '/calm', headers: {}, body: '' }])
    peak = 0
    await sender.send(numbered(12))
    expect(peak).toBeLessThanOrEqual(11)
  })

  test('a request without an answer times out, and its neighbours do not', async () => {
    const server = await serverOf({ handle: ({ path }) => (path === '/1' ? undefined : ok()) })
    const sender = senderOf({ origin: server.origin, ca: server.ca, timeoutMs: 100 })
    const answers = await sender.send(numbered(3))
    expect(answers[1]).toEqual({ failure: 'timeout', code: 'TIMEOUT' })
    expect(statuses(answers)).toEqual([200, 'timeout', 200])
  })

  test('a connection on which nothing comes back is replaced', async () => {
    let first: unknown
    const server = await serverOf({
      handle({ stream }) {
        first ??= stream?.session
        return stream?.session === first ? undefined : ok()
      },
    })
    const sender = senderOf({ origin: server.origin, ca: server.ca, timeoutMs: 100 })
    expect(statuses(await sender.send(numbered(2)))).toEqual(['timeout', 'timeout'])
    expect(statuses(await sender.send(numbered(2)))).toEqual([200, 200])
  })

  test('a cut connection leaves its requests unknown and the next ones well', async () => {
    const server = await serverOf({
      handle({ path, cut }) {
        if (path !== '/0') return ok()
        cut()
        return undefined
      },
    })
    const sender = senderOf({ origin: server.origin, ca: server.ca })
    const [cut] = await sender.send(numbered(1))
    expect(cut).toMatchObject({ failure: 'unknown' })
    expect(statuses(await sender.send(numbered(3).slice(1)))).toEqual([200, 200])
  })

  test('nobody listening means not sent', async () => {
    const server = await startTestServer({ handle: ok })
    await server[Symbol.asyncDispose]()
    const sender = senderOf({ origin: server.origin, ca: server.ca, maxConnections: 2 })
    expect(codes(await sender.send(numbered(3)))).toEqual(Array(3).fill('ECONNREFUSED'))
    expect(statuses(await sender.send(numbered(1)))).toEqual(['not_sent'])
  })

  test('a certificate from an unknown authority is refused before anything is sent', async () => {
    const server = await serverOf({ handle: ok })
    const [answer] = await senderOf({ origin: server.origin }).send(numbered(1))
    expect(answer).toEqual({ failure: 'not_sent', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    expect(server.requests).toEqual([])
  })

  test('a certificate for another name is refused, also when lookup leads there', async () => {
    const server = await serverOf({ handle: ok })
    const lookup = async () => ({ address: '127.0.0.1', family: 4 as const, port: server.port })
    const [answer] = await senderOf({ origin: 'https://push.example', ca: server.ca, lookup }).send(
      numbered(1),
    )
    expect(answer).toEqual({ failure: 'not_sent', code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
    expect(server.requests).toEqual([])
  })

  test('lookup gives address and port while name and authority stay those of the origin', async () => {
    const server = await serverOf({ handle: ok })
    const lookup = vi.fn(async () => ({ address: '127.0.0.1', family: 4 as const, port: server.port }))
    const sender = senderOf({ origin: 'https://localhost:4433', ca: server.ca, lookup })
    expect(statuses(await sender.send(numbered(1)))).toEqual([200])
    expect(lookup).toHaveBeenCalledExactlyOnceWith('localhost')
    expect(server.requests[0]?.headers[':authority']).toBe('localhost:4433')
  })

  test('a lookup that fails means not sent, with its code', async () => {
    const lookup = async () => Promise.reject(Object.assign(new Error('no'), { code: 'TARGET_REFUSED' }))
    const [answer] = await senderOf({ origin: 'https://localhost', lookup }).send(numbered(1))
    expect(answer).toEqual({ failure: 'not_sent', code: 'TARGET_REFUSED' })
  })

  test('a lookup that hangs ends with the connect timeout', async () => {
    const lookup = () => new Promise<never>(() => {})
    const [answer] = await senderOf({ origin: 'https://localhost', lookup, timeoutMs: 50 }).send(numbered(1))
    expect(answer).toEqual({ failure: 'not_sent', code: 'CONNECT_TIMEOUT' })
  })

  test('a server that speaks HTTP/1.1 alone is refused unless protocols allows it', async () => {
    const server = await serverOf({ protocols: 'http/1.1', handle: ok })
    const [answer] = await senderOf({ origin: server.origin, ca: server.ca }).send(numbered(1))
    expect(answer).toMatchObject({ failure: 'not_sent' })
    expect(server.requests).toEqual([])
  })

  test.each(['http/1.1', 'both'] as const)('speaks what the peer prefers: %s', async (protocols) => {
    const server = await serverOf({ protocols, handle: ok })
    const sender = senderOf({ origin: server.origin, ca: server.ca, protocols: ['h2', 'http/1.1'] })
    expect(statuses(await sender.send(numbered(5)))).toEqual(Array(5).fill(200))
    expect(new Set(server.requests.map(({ httpVersion }) => httpVersion))).toEqual(
      new Set([protocols === 'both' ? '2.0' : '1.1']),
    )
  })

  test('HTTP/1.1 keeps its connections, one request at a time on each, and states the length', async () => {
    const busy = new Set<unknown>()
    const server = await serverOf({
      protocols: 'http/1.1',
      async handle({ socket }) {
        if (busy.has(socket)) return { status: 500 }
        busy.add(socket)
        await delay(1)
        busy.delete(socket)
        return ok()
      },
    })
    const sender = senderOf({
      origin: server.origin,
      ca: server.ca,
      protocols: ['http/1.1'],
      maxConnections: 4,
    })
    expect(statuses(await sender.send(numbered(40)))).toEqual(Array(40).fill(200))
    expect(server.connections()).toBe(4)
    expect(server.requests[0]?.headers).toMatchObject({
      'content-length': '6',
      host: `localhost:${server.port}`,
    })
    expect(server.requests[0]?.headers['transfer-encoding']).toBeUndefined()
  })

  test('HTTP/1.1 opens another connection when the peer closes after an answer', async () => {
    const server = await serverOf({
      protocols: 'http/1.1',
      handle: () => ({ status: 200, headers: { connection: 'close' } }),
    })
    const sender = senderOf({ origin: server.origin, ca: server.ca, protocols: ['http/1.1'] })
    expect(statuses(await sender.send(numbered(5)))).toEqual(Array(5).fill(200))
    expect(server.connections()).toBe(5)
  })

  test('HTTP/1.1: a cut socket is unknown, silence is a timeout, and both leave the sender usable', async () => {
    const server = await serverOf({
      protocols: 'http/1.1',
      handle({ path, cut }) {
        if (path === '/0') cut()
        return path === '/2' ? ok() : undefined
      },
    })
    const sender = senderOf({ origin: server.origin, ca: server.ca, protocols: ['http/1.1'], timeoutMs: 100 })
    expect(statuses(await sender.send(numbered(3)))).toEqual(['unknown', 'timeout', 200])
  })

  test.each(['h2', 'http/1.1'] as const)('%s: a body is cut at 64 KiB', async (protocols) => {
    const server = await serverOf({ protocols, handle: () => ({ status: 500, body: 'x'.repeat(200_000) }) })
    const sender = senderOf({ origin: server.origin, ca: server.ca, protocols: [protocols] })
    const [answer] = await sender.send(numbered(1))
    expect(answer).toMatchObject({ status: 500, body: 'x'.repeat(65_536) })
  })

  test.each([
    'h2',
    'http/1.1',
  ] as const)('%s: a 1xx is passed over and an empty answer is one', async (protocols) => {
    const server = await serverOf({
      protocols,
      handle({ stream, socket }) {
        if (stream !== undefined) stream.additionalHeaders({ ':status': 103, link: '</a>' })
        else socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n')
        return { status: 204 }
      },
    })
    const sender = senderOf({ origin: server.origin, ca: server.ca, protocols: [protocols] })
    expect((await sender.send(numbered(1)))[0]).toMatchObject({ status: 204, body: '' })
  })

  test.each([
    'h2',
    'http/1.1',
  ] as const)('%s: a request that cannot be written fails alone', async (protocols) => {
    const server = await serverOf({ protocols, handle: ok })
    const sender = senderOf({ origin: server.origin, ca: server.ca, protocols: [protocols] })
    const good = { path: '/', headers: {}, body: '' }
    const bad = [
      { ...good, headers: { connection: 'keep\r\nalive' } },
      { ...good, headers: { 'x-a': 'b\nx-c: d' } },
      { ...good, headers: { 'x a': 'b' } },
      { ...good, shared: { 'x-a': '\0' } },
      { ...good, path: '/ HTTP/1.1\r\nx-a: b' },
    ]
    const answers = await sender.send([...bad, good])
    expect(statuses(answers)).toEqual([...bad.map(() => 'not_sent'), 200])
    expect(server.requests).toHaveLength(1)
  })

  test('reconnect lets what is in flight finish and opens a new connection for the next', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const server = await serverOf({
      async handle({ path }) {
        if (path === '/0') await held
        return ok()
      },
    })
    const sender = senderOf({ origin: server.origin, ca: server.ca })
    const slow = sender.send(numbered(1))
    await vi.waitFor(() => expect(server.requests.length).toBe(1))
    sender.reconnect()
    expect(statuses(await sender.send(numbered(2).slice(1)))).toEqual([200])
    expect(server.connections()).toBe(2)
    release()
    expect(statuses(await slow)).toEqual([200])
    await vi.waitFor(() => expect(server.sessions.size).toBe(1))
  })

  test('reconnect before the first connection stands loses nothing', async () => {
    const server = await serverOf({ handle: ok })
    const sender = senderOf({ origin: server.origin, ca: server.ca })
    const sent = sender.send(numbered(3))
    sender.reconnect()
    expect(statuses(await sent)).toEqual([200, 200, 200])
  })

  test('dispose waits for answers, but not longer than about a second', async () => {
    const server = await serverOf({ handle: ({ path }) => (path === '/0' ? undefined : ok()) })
    const sender = create({ origin: server.origin, ca: server.ca, maxInFlight: 2 })
    const sent = sender.send(numbered(2))
    const queued = sender.send(Array(3).fill({ path: '/0', headers: {}, body: '' }))
    await vi.waitFor(() => expect(server.requests.length).toBeGreaterThanOrEqual(3))
    const start = performance.now()
    await sender[Symbol.asyncDispose]()
    expect(performance.now() - start).toBeLessThan(2000)
    expect(statuses(await sent)).toEqual(['unknown', 200])
    expect(codes(await queued)).toEqual([expect.anything(), 'DISPOSED', 'DISPOSED'])
    await expect(sender.send(numbered(1))).rejects.toThrow('disposed')
    await vi.waitFor(() => expect(server.sessions.size).toBe(0))
  })

  test('dispose while connecting answers at once', async () => {
    const lookup = () => new Promise<never>(() => {})
    const sender = create({ origin: 'https://localhost', lookup })
    const sent = sender.send(numbered(1))
    await sender[Symbol.asyncDispose]()
    expect(await sent).toEqual([{ failure: 'not_sent', code: 'DISPOSED' }])
  })

  test.each([
    'h2',
    'http/1.1',
  ])('%s: an idle connection does not keep the process alive', async (protocol) => {
    const server = await serverOf({ protocols: protocol === 'h2' ? 'h2' : 'http/1.1', handle: ok })
    const script = `
    import { ${name} } from ${JSON.stringify(import.meta.resolve('./index.ts'))}
    const sender = ${name}(${JSON.stringify({ origin: server.origin, ca: server.ca, protocols: [protocol] })})
    console.log((await sender.send([{ path: '/', headers: {}, body: '' }]))[0].status)`
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      timeout: 20_000,
    })
    expect((await run).stdout.trim()).toBe('200')
  })

  test('shared headers arrive with those of the request, and another shared object changes nothing', async () => {
    const server = await serverOf({ handle: ok })
    const sender = senderOf({ origin: server.origin, ca: server.ca })
    const one = { 'x-topic': 'one', authorization: 'bearer a' }
    const two = { 'x-topic': 'two', authorization: 'bearer a' }
    const requests = [one, two, one, undefined, two].map((shared, i) => ({
      path: `/${i}`,
      shared,
      headers: { 'x-number': String(i) },
      body: '',
    }))
    for (let round = 0; round < 3; round++)
      expect(statuses(await sender.send(requests))).toEqual(Array(5).fill(200))
    const arrived = server.requests.map(({ path, headers }) => [
      path,
      headers['x-topic'],
      headers['x-number'],
    ])
    const expected = ['one', 'two', 'one', undefined, 'two'].map((topic, i) => [`/${i}`, topic, String(i)])
    expect(arrived).toEqual([...expected, ...expected, ...expected])
    expect(server.requests[0]?.headers.authorization).toBe('bearer a')
    expect(server.requests[3]?.headers.authorization).toBeUndefined()
  })

  test('a header of the request goes before a shared one of its name', async () => {
    const server = await serverOf({ handle: ok })
    const sender = senderOf({ origin: server.origin, ca: server.ca })
    const shared = { 'x-topic': 'shared', 'x-other': 'other' }
    await sender.send([{ path: '/', shared, headers: { 'x-topic': 'own' }, body: '' }])
    expect(server.requests[0]?.headers).toMatchObject({ 'x-topic': 'own', 'x-other': 'other' })
  })

  test('a shared header is sent in full once, and every time when it is to stay unindexed', async () => {
    const readAt: number[] = []
    const server = await serverOf({
      handle({ socket }) {
        readAt.push(socket.bytesRead)
        return ok()
      },
    })
    // Huffman code does not shorten it.
    const shared = { 'x-long': '~'.repeat(1000) }
    const bytesOfThird = async (unindexed: string[]) => {
      const sender = senderOf({ origin: server.origin, ca: server.ca, unindexed })
      readAt.length = 0
      for (let i = 0; i < 3; i++) await sender.send([{ path: '/', shared, headers: {}, body: 'body' }])
      return (readAt[2] ?? 0) - (readAt[1] ?? 0)
    }
    expect(await bytesOfThird([])).toBeLessThan(300)
    expect(await bytesOfThird(['x-long'])).toBeGreaterThan(1000)
  })

  test('urgent requests go before all others that wait', async () => {
    const server = await serverOf({ handle: ok })
    const sender = senderOf({ origin: server.origin, ca: server.ca, maxInFlight: 1 })
    const usual = sender.send(numbered(20))
    const urgent = sender.send([{ path: '/urgent', headers: {}, body: '' }], { urgent: true })
    expect(statuses(await urgent)).toEqual([200])
    expect(statuses(await usual)).toEqual(Array(20).fill(200))
    expect(server.requests[0]?.path).toBe('/urgent')
  })

  test('urgent requests find room where others fill the connection and are not answered', async () => {
    const server = await serverOf({
      handle: ({ path }) => (path === '/urgent' ? { status: 200 } : new Promise(() => {})),
    })
    const sender = senderOf({ origin: server.origin, ca: server.ca, maxInFlight: 100, timeoutMs: 3_000 })
    const usual = sender.send(numbered(150))
    await vi.waitFor(() => expect(server.requests.length).toBe(96))
    const urgent = await sender.send([{ path: '/urgent', headers: {}, body: '' }], { urgent: true })
    expect(statuses(urgent)).toEqual([200])
    expect(server.requests.length).toBe(97)
    expect(statuses(await usual)).toContain('timeout')
  })

  test('bodies larger than every window arrive whole, in both directions', async () => {
    const server = await serverOf({ handle: ({ body }) => ({ status: 200, body: body.slice(-20_000) }) })
    const sender = senderOf({ origin: server.origin, ca: server.ca })
    const bodies = Array.from({ length: 8 }, (_, i) => `${i}é`.repeat(100_000) + i)
    const requests = bodies.map((body, i) => ({
      path: `/${i}`,
      headers: {},
      body: i % 2 === 0 ? body : Buffer.from(body),
    }))
    const answers = await sender.send(requests)
    expect(statuses(answers)).toEqual(Array(8).fill(200))
    for (const { path, body } of server.requests) expect(body === bodies[Number(path.slice(1))]).toBe(true)
    answers.forEach((answer, i) => {
      expect('body' in answer && answer.body === bodies[i]?.slice(-20_000)).toBe(true)
    })
  })

  test.each(['h2', 'http/1.1'] as const)('%s goes through a proxy, with its password', async (protocol) => {
    const server = await serverOf({ protocols: protocol, handle: ok })
    const proxy = await proxyOf()
    const sender = senderOf({
      origin: server.origin,
      ca: server.ca,
      protocols: [protocol],
      proxy: `http://user:p%40ss@127.0.0.1:${proxy.port}`,
    })
    expect(statuses(await sender.send(numbered(300)))).toEqual(Array(300).fill(200))
    const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`
    expect(proxy.asked).toEqual([{ authority: `localhost:${server.port}`, authorization }])
  })

  test('through a proxy lookup still decides the address, and the certificate is still checked', async () => {
    const server = await serverOf({ handle: ok })
    const proxy = await proxyOf()
    const lookup = async () => ({ address: '127.0.0.1', family: 4 as const, port: server.port })
    const reach = { ca: server.ca, lookup, proxy: `http://127.0.0.1:${proxy.port}` }
    expect(statuses(await senderOf({ origin: 'https://localhost', ...reach }).send(numbered(1)))).toEqual([
      200,
    ])
    const other = senderOf({ origin: 'https://push.example', ...reach })
    expect(codes(await other.send(numbered(1)))).toEqual(['ERR_TLS_CERT_ALTNAME_INVALID'])
    const authority = `127.0.0.1:${server.port}`
    expect(proxy.asked.map((asked) => asked.authority)).toEqual([authority, authority])
  })

  test('a proxy that refuses means not sent, with its status', async () => {
    const server = await serverOf({ handle: ok })
    const proxy = await proxyOf({ refuseWith: 407 })
    const sender = senderOf({ origin: server.origin, ca: server.ca, proxy: `http://127.0.0.1:${proxy.port}` })
    expect(await sender.send(numbered(1))).toEqual([{ failure: 'not_sent', code: 'PROXY_407' }])
    expect(server.connections()).toBe(0)
  })

  test('a proxy must be http', () => {
    expect(() => create({ origin: 'https://localhost', proxy: 'socks5://localhost' })).toThrow(TypeError)
  })

  test('the second connection resumes the TLS session of the first', async () => {
    const resumed: boolean[] = []
    const server = await serverOf({
      handle({ socket }) {
        resumed.push(socket.isSessionReused())
        return ok()
      },
    })
    const sender = senderOf({ origin: server.origin, ca: server.ca })
    await sender.send(numbered(1))
    sender.reconnect()
    await sender.send(numbered(1))
    expect(resumed).toEqual([false, true])
  })

  test('an origin must be https', () => {
    expect(() => create({ origin: 'http://localhost' })).toThrow(TypeError)
  })
})
