import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test, vi } from 'vitest'
import {
  codes,
  numbered,
  ok,
  senderContract,
  senderOf,
  serverOf,
  statuses,
} from './testing/sender-contract.ts'

senderContract('%s', (name, create) => {
  test('answers come in the order of the requests, over one connection', async () => {
    const server = await serverOf({ handle: ({ body }) => ({ status: 200, body: `got ${body}` }) })
    const sender = senderOf(create, { origin: server.origin, ca: server.ca })
    const answers = await sender.send(numbered(1500))
    expect(answers.map((answer) => 'body' in answer && answer.body)).toEqual(
      numbered(1500).map(({ body }) => `got ${body}`),
    )
    expect(server.connections()).toBe(1)
    expect(await sender.send([])).toEqual([])
  })

  test('the method, headers and body arrive as they are, and the answer has its headers', async () => {
    const server = await serverOf({ handle: () => ({ status: 201, headers: { location: '/x' } }) })
    const sender = senderOf(create, { origin: server.origin, ca: server.ca })
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
    const answers = await senderOf(create, { origin, ca }).send(numbered(100))
    expect(new Set(statuses(answers))).toEqual(new Set([200]))
    expect(peak()).toBe(7)
  })

  test('never has more in flight than maxInFlight, on each of maxConnections connections', async () => {
    const { server, peak } = measuringServer({ maxConcurrentStreams: 100 }, 20)
    const { origin, ca, connections } = await server
    await senderOf(create, { origin, ca, maxInFlight: 3, maxConnections: 2 }).send(numbered(60))
    expect(peak()).toBeLessThanOrEqual(6)
    expect(connections()).toBe(2)
  })

  test.each(['h2', 'http/1.1'] as const)('%s: a body is cut at 64 KiB', async (protocols) => {
    const server = await serverOf({ protocols, handle: () => ({ status: 500, body: 'x'.repeat(200_000) }) })
    const sender = senderOf(create, { origin: server.origin, ca: server.ca, protocols: [protocols] })
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
    const sender = senderOf(create, { origin: server.origin, ca: server.ca, protocols: [protocols] })
    expect((await sender.send(numbered(1)))[0]).toMatchObject({ status: 204, body: '' })
  })

  test.each([
    'h2',
    'http/1.1',
  ] as const)('%s: a request that cannot be written fails alone', async (protocols) => {
    const server = await serverOf({ protocols, handle: ok })
    const sender = senderOf(create, { origin: server.origin, ca: server.ca, protocols: [protocols] })
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

  test('shared headers arrive with those of the request, and another shared object changes nothing', async () => {
    const server = await serverOf({ handle: ok })
    const sender = senderOf(create, { origin: server.origin, ca: server.ca })
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
    const sender = senderOf(create, { origin: server.origin, ca: server.ca })
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
      const sender = senderOf(create, { origin: server.origin, ca: server.ca, unindexed })
      readAt.length = 0
      for (let i = 0; i < 3; i++) await sender.send([{ path: '/', shared, headers: {}, body: 'body' }])
      return (readAt[2] ?? 0) - (readAt[1] ?? 0)
    }
    expect(await bytesOfThird([])).toBeLessThan(300)
    expect(await bytesOfThird(['x-long'])).toBeGreaterThan(1000)
  })

  test('urgent requests go before all others that wait', async () => {
    const server = await serverOf({ handle: ok })
    const sender = senderOf(create, { origin: server.origin, ca: server.ca, maxInFlight: 1 })
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
    const sender = senderOf(create, {
      origin: server.origin,
      ca: server.ca,
      maxInFlight: 100,
      timeoutMs: 3_000,
    })
    const usual = sender.send(numbered(150))
    await vi.waitFor(() => expect(server.requests.length).toBe(96))
    const urgent = await sender.send([{ path: '/urgent', headers: {}, body: '' }], { urgent: true })
    expect(statuses(urgent)).toEqual([200])
    expect(server.requests.length).toBe(97)
    expect(statuses(await usual)).toContain('timeout')
  })

  test('bodies larger than every window arrive whole, in both directions', async () => {
    const server = await serverOf({ handle: ({ body }) => ({ status: 200, body: body.slice(-20_000) }) })
    const sender = senderOf(create, { origin: server.origin, ca: server.ca })
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
    const sender = senderOf(create, { origin: server.origin, ca: server.ca })
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
    const sender = senderOf(create, { origin: server.origin, ca: server.ca })
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
})
