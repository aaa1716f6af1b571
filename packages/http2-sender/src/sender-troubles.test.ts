import { constants, type ServerHttp2Session } from 'node:http2'
import { setTimeout as delay } from 'node:timers/promises'
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
import { startTestServer } from './testing/test-server.ts'

senderContract('%s', (name, create) => {
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
    expect(statuses(await senderOf(create, { origin, ca }).send(numbered(150)))).toEqual(Array(150).fill(200))
    expect([...processed.values()]).toEqual(Array(150).fill(1))
    expect(connections()).toBe(2)
  })

  test('over several connections that all say GOAWAY, exactly what the server processed is answered', async () => {
    const { server, processed } = goawayServer(200, constants.NGHTTP2_NO_ERROR, 1)
    const { origin, ca } = await server
    const sender = senderOf(create, { origin, ca, maxConnections: 3, maxInFlight: 50 })
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
    const answers = await senderOf(create, { origin, ca }).send(numbered(3))
    // Each session takes one of the three; the one left has then been refused twice.
    expect(codes(answers).sort()).toEqual([200, 200, 'GOAWAY'])
    expect(statuses(answers).sort()).toEqual([200, 200, 'not_sent'])
    expect([...processed.values()]).toEqual([1, 1])
  })

  test('after a GOAWAY with an error, what may have been processed is not sent again and the rest is', async () => {
    const { server, processed } = goawayServer(100, constants.NGHTTP2_INTERNAL_ERROR, 20)
    const { origin, ca } = await server
    const answers = await senderOf(create, { origin, ca }).send(numbered(150))
    // node:http2 cuts the connection at once; ours waits for what the peer still answers.
    const first = name === 'createSender' ? 200 : 'GOAWAY'
    expect(codes(answers.slice(0, 100))).toEqual(Array(100).fill(first))
    expect(statuses(answers.slice(100))).toEqual(Array(50).fill(200))
    expect([...processed.values()]).toEqual(Array(150).fill(1))
  })

  test('an idle connection that said GOAWAY is not used again', async () => {
    const server = await serverOf({ handle: ok })
    const sender = senderOf(create, { origin: server.origin, ca: server.ca })
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
    const sender = senderOf(create, { origin: server.origin, ca: server.ca })
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
    const sender = senderOf(create, { origin: server.origin, ca: server.ca })
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
    expect(await senderOf(create, { origin: server.origin, ca: server.ca }).send(numbered(1))).toEqual([
      expected,
    ])
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
    const sender = senderOf(create, { origin: server.origin, ca: server.ca, maxInFlight: 20 })
    await sender.send(numbered(40))
    expect(peak).toBe(20)
    await sender.send([{ path: '/calm', headers: {}, body: '' }])
    peak = 0
    await sender.send(numbered(12))
    expect(peak).toBeLessThanOrEqual(11)
  })

  test('a request without an answer times out, and its neighbours do not', async () => {
    const server = await serverOf({ handle: ({ path }) => (path === '/1' ? undefined : ok()) })
    const sender = senderOf(create, { origin: server.origin, ca: server.ca, timeoutMs: 100 })
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
    const sender = senderOf(create, { origin: server.origin, ca: server.ca, timeoutMs: 100 })
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
    const sender = senderOf(create, { origin: server.origin, ca: server.ca })
    const [cut] = await sender.send(numbered(1))
    expect(cut).toMatchObject({ failure: 'unknown' })
    expect(statuses(await sender.send(numbered(3).slice(1)))).toEqual([200, 200])
  })

  test('nobody listening means not sent', async () => {
    const server = await startTestServer({ handle: ok })
    await server[Symbol.asyncDispose]()
    const sender = senderOf(create, { origin: server.origin, ca: server.ca, maxConnections: 2 })
    expect(codes(await sender.send(numbered(3)))).toEqual(Array(3).fill('ECONNREFUSED'))
    expect(statuses(await sender.send(numbered(1)))).toEqual(['not_sent'])
  })
})
