import { describe, expect, test } from 'vitest'
import { createSender, type SendRequest } from '../src/index.ts'
import { ask, askUntilAnswered, expectBodies, numbers } from './ask.ts'
import { answerPath, type RawConnection, startRawPeer } from './raw/raw-peer.ts'
import {
  ack,
  answer,
  block,
  data,
  error,
  frame,
  goaway,
  headers,
  reset,
  setting,
  settings,
  settingsAck,
  type,
  windowUpdate,
} from './raw/wire.ts'
import { senders } from './senders.ts'

const timeoutMs = 500
/** No test may wait much longer than the limit for one answer. */
const soonMs = 3 * timeoutMs

const paths = (count: number): SendRequest[] =>
  numbers(count).map((number) => ({ path: `/${number}`, headers: {}, body: 'x' }))

async function timed<T>(work: Promise<T>): Promise<T> {
  const startedAt = performance.now()
  const result = await work
  expect(performance.now() - startedAt).toBeLessThan(soonMs)
  return result
}

describe.each(senders)('$name: GOAWAY and RST_STREAM', ({ create }) => {
  test('after GOAWAY sends again what is above the last id, and says unknown of what is below', async () => {
    await using peer = await startRawPeer({
      handle(connection, request) {
        if (connection.index > 0) return answerPath(connection, request)
        if (connection.requests.length < 10) return
        connection.write(goaway(9, error.none), answer(1, '/0'), answer(3, '/1'))
        connection.socket.end()
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const answers = await timed(sender.send(paths(10)))
    const lost = [2, 3, 4]
    expect(answers).toMatchObject(
      numbers(10).map((number) => (lost.includes(number) ? { failure: 'unknown' } : { body: `/${number}` })),
    )
    expect(peer.connections[1]?.requests.map(({ path }) => path).sort()).toEqual([
      '/5',
      '/6',
      '/7',
      '/8',
      '/9',
    ])
  })

  test('lets streams below the last id finish after GOAWAY, and opens no more', async () => {
    let bid: (() => void) | undefined
    await using peer = await startRawPeer({
      handle(connection, request) {
        if (connection.index > 0) return answerPath(connection, request)
        if (connection.requests.length < 3) return
        // The first word of a graceful farewell names the largest id, the second the true one (RFC 9113, 6.8).
        connection.write(goaway(2 ** 31 - 1, error.none), answer(1, '/0'))
        bid = () => connection.write(goaway(3, error.none), answer(3, '/1'))
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const first = sender.send(paths(1))
    const early = sender.send(paths(3).slice(1))
    expect(await first).toMatchObject([{ body: '/0' }])
    expectBodies(
      await ask(sender, paths(5)),
      numbers(5).map((number) => `/${number}`),
    )
    bid?.()
    expect(await early).toMatchObject([{ body: '/1' }, { body: '/2' }])
    expect(peer.connections[0]?.requests.map(({ path }) => path)).toEqual(['/0', '/1', '/2'])
  })

  test('gives up on a peer that says GOAWAY to everything, with nothing but not_sent', async () => {
    await using peer = await startRawPeer({ handle: (connection) => connection.write(goaway(0, error.none)) })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const answers = await timed(sender.send(paths(10)))
    expect(new Set(answers)).toEqual(
      new Set(numbers(10).map(() => ({ failure: 'not_sent', code: 'GOAWAY' }))),
    )
  })

  test('sends a refused request once more, on a stream of its own', async () => {
    const refused = new Set<string>()
    await using peer = await startRawPeer({
      handle(connection, request) {
        if (refused.has(request.path)) return answerPath(connection, request)
        refused.add(request.path)
        connection.write(reset(request.streamId, error.refused))
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    expectBodies(
      await ask(sender, paths(20)),
      numbers(20).map((number) => `/${number}`),
    )
  })

  test('says not_sent of what is refused again and again', async () => {
    await using peer = await startRawPeer({
      handle: (connection, { streamId }) => connection.write(reset(streamId, error.refused)),
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const answers = await timed(sender.send(paths(5)))
    expect(answers).toEqual(numbers(5).map(() => ({ failure: 'not_sent', code: 'REFUSED_STREAM' })))
  })

  test.each([
    ['INTERNAL_ERROR', error.internal],
    ['CANCEL', error.cancel],
    ['ENHANCE_YOUR_CALM', error.calm],
    ['RST_STREAM_57005', 0xdead],
  ])('says unknown of one stream that ends with %s, and goes on with the others', async (code, number) => {
    await using peer = await startRawPeer({
      handle(connection, request) {
        if (request.path !== '/1') return answerPath(connection, request)
        connection.write(
          headers(request.streamId),
          data(request.streamId, 'half', 0),
          reset(request.streamId, number),
        )
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const answers = await timed(sender.send(paths(3)))
    expect(answers).toMatchObject([{ body: '/0' }, { failure: 'unknown', code }, { body: '/2' }])
    expect(peer.connections).toHaveLength(1)
  })

  // Half an answer before it looks like a whole one to node:http2.
  test.each(
    create === createSender ? ['nothing', 'half an answer'] : ['nothing'],
  )('says unknown of a stream that ends without an error after %s', async (what) => {
    await using peer = await startRawPeer({
      handle(connection, { streamId }) {
        const half = what === 'nothing' ? [] : [headers(streamId), data(streamId, 'half', 0)]
        connection.write(...half, reset(streamId, error.none))
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const answers = await timed(sender.send(paths(2)))
    expect(answers).toEqual(numbers(2).map(() => ({ failure: 'unknown', code: 'NO_RESPONSE' })))
  })
})

describe.each(senders)('$name: a peer that takes its time', ({ create }) => {
  test.each<[what: string, handle: (connection: RawConnection, streamId: number) => void]>([
    ['nothing', () => undefined],
    ['HEADERS and no more', (connection, streamId) => connection.write(headers(streamId))],
    [
      'informational answers without end',
      (connection, streamId) => drip(connection, () => headers(streamId, Buffer.from('0803313033', 'hex'))),
    ],
    [
      'a body without end',
      (connection, streamId) =>
        drip(connection, (at) => (at === 0 ? headers(streamId) : data(streamId, 'x', 0))),
    ],
    [
      'empty DATA without end',
      (connection, streamId) =>
        drip(connection, (at) => (at === 0 ? headers(streamId) : data(streamId, '', 0))),
    ],
  ])('ends a request that gets %s at its time limit', async (_, handle) => {
    await using peer = await startRawPeer({
      handle: (connection, { streamId }) => handle(connection, streamId),
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    expect(await timed(sender.send(paths(2)))).toEqual(
      numbers(2).map(() => ({ failure: 'timeout', code: 'TIMEOUT' })),
    )
  })

  test('ends what a closed window holds back at its time limit', async () => {
    await using peer = await startRawPeer({ settings: [[setting.initialWindowSize, 0]] })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    expect(await timed(sender.send(paths(2)))).toMatchObject(numbers(2).map(() => ({ failure: 'timeout' })))
  })

  test('does not wait for ever for a peer that allows no streams', async () => {
    await using peer = await startRawPeer({ settings: [[setting.maxConcurrentStreams, 0]] })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    for (const answer of await timed(sender.send(paths(1)))) {
      if ('failure' in answer) expect(['not_sent', 'timeout']).toContain(answer.failure)
      else expect(answer).toMatchObject({ body: '/0' })
    }
  })

  test('reads late answers to requests that it has given up, and gives them to nobody', async () => {
    let given: (() => void) | undefined
    await using peer = await startRawPeer({
      handle(connection, request) {
        if (request.path === '/slow') given = () => connection.write(answer(request.streamId, 'too late'))
        else answerPath(connection, request)
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const slow = sender.send([{ path: '/slow', headers: {}, body: '' }])
    // Answers in the meantime keep the connection from being taken for dead.
    while ((await Promise.race([slow, ask(sender, paths(1)).then(() => 'busy' as const)])) === 'busy');
    expect(await slow).toMatchObject([{ failure: 'timeout' }])
    given?.()
    expectBodies(
      await ask(sender, paths(10)),
      numbers(10).map((number) => `/${number}`),
    )
    expect(peer.connections).toHaveLength(1)
  })

  test.each([
    ['never speaks', () => undefined],
    [
      'speaks HTTP/1.1',
      (connection: RawConnection) => connection.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')),
    ],
    [
      'begins with PING',
      (connection: RawConnection) => connection.write(frame(type.ping, 0, 0, Buffer.alloc(8))),
    ],
    ['begins with noise', (connection: RawConnection) => connection.write(Buffer.alloc(1000, 0x5a))],
    ['hangs up at once', (connection: RawConnection) => connection.socket.destroy()],
    ['hangs up politely', (connection: RawConnection) => connection.socket.end()],
    [
      'says GOAWAY at once',
      (connection: RawConnection) => connection.write(settings(), goaway(0, error.none)),
    ],
  ])('says not_sent when the peer %s', async (_, greet) => {
    await using peer = await startRawPeer({ greet })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    for (const answer of await timed(sender.send(paths(3)))) {
      expect(answer).toMatchObject({ failure: 'not_sent', code: expect.stringMatching(/^[A-Z][A-Z0-9_]+$/) })
    }
  })

  test('says unknown when the peer ends its side amid the answers', async () => {
    await using peer = await startRawPeer({
      handle(connection, request) {
        if (connection.index > 0) return answerPath(connection, request)
        if (connection.requests.length === 1) answerPath(connection, request)
        if (connection.requests.length === 3) connection.socket.end()
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const answers = await timed(sender.send(paths(3)))
    expect(answers).toMatchObject([{ body: '/0' }, { failure: 'unknown' }, { failure: 'unknown' }])
    expectBodies(await askUntilAnswered(sender, paths(1)), ['/0'])
  })
})

/** Writes a piece every few milliseconds until the connection is gone. */
function drip(connection: RawConnection, piece: (at: number) => Buffer): void {
  let at = 0
  const timer = setInterval(() => {
    if (connection.socket.destroyed) clearInterval(timer)
    else connection.write(piece(at++))
  }, 10)
}

describe.each(senders)('$name: floods', ({ create }) => {
  test.each([
    ['PING', frame(type.ping, 0, 0, Buffer.alloc(8))],
    ['SETTINGS', settings([setting.maxConcurrentStreams, 100])],
    ['empty SETTINGS', settings()],
  ])('gives up a peer that asks for answers by %s and reads none', async (_, question) => {
    const flood = Buffer.concat(Array<Buffer>(2000).fill(question))
    await using peer = await startRawPeer({
      handle(connection, request) {
        if (connection.index > 0) return answerPath(connection, request)
        connection.socket.pause()
        const more = () => {
          while (!connection.socket.destroyed && connection.socket.write(flood));
        }
        connection.socket.on('drain', more)
        more()
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs: 3000 })
    const before = process.memoryUsage.rss()
    const [only] = await sender.send(paths(1))
    expect(['unknown', 'timeout']).toContain(only !== undefined && 'failure' in only && only.failure)
    expect(process.memoryUsage.rss() - before).toBeLessThan(200_000_000)
    expectBodies(await askUntilAnswered(sender, paths(1)), ['/0'])
  })

  test.each([
    ['frames that nobody knows', frame(0x42, 0, 0)],
    ['PRIORITY', frame(type.priority, 0, 3, Buffer.alloc(5))],
    ['WINDOW_UPDATE', windowUpdate(1, 1)],
    ['empty DATA', data(1, '', 0)],
  ])('ends a request at its time limit at the latest under a flood of %s', async (_, piece) => {
    const flood = Buffer.concat(Array<Buffer>(2000).fill(piece))
    await using peer = await startRawPeer({
      handle(connection, request) {
        if (connection.index > 0) return answerPath(connection, request)
        connection.write(headers(request.streamId))
        const more = () => {
          while (!connection.socket.destroyed && connection.socket.write(flood));
        }
        connection.socket.on('drain', more)
        more()
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const [only] = await timed(sender.send(paths(1)))
    expect(['unknown', 'timeout']).toContain(only !== undefined && 'failure' in only && only.failure)
    expectBodies(await askUntilAnswered(sender, paths(1)), ['/0'])
  })

  test('answers each PING with its own payload', async () => {
    const payloads = numbers(100).map((number) => Buffer.from(String(number).padStart(8, '.')))
    await using peer = await startRawPeer({
      handle(connection, request) {
        connection.write(...payloads.map((payload) => frame(type.ping, 0, 0, payload)))
        answerPath(connection, request)
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    await ask(sender, paths(1))
    const connection = peer.connections[0] as RawConnection
    await connection.seen(
      ({ type: kind, payload }) => kind === type.ping && payload.equals(payloads[99] as Buffer),
    )
    const pongs = connection.frames.filter(({ type: kind }) => kind === type.ping)
    expect(pongs.map(({ payload }) => payload.toString())).toEqual(payloads.map(String))
    expect(pongs.every(({ flags, streamId }) => flags === ack && streamId === 0)).toBe(true)
  })

  test('reads a header list that is long but within its limit', async () => {
    const value = 'v'.repeat(15_000)
    await using peer = await startRawPeer({
      handle(connection, { streamId }) {
        const whole = block({ 'x-long': value, 'x-longer': value })
        connection.write(
          headers(streamId, whole.subarray(0, 16_384), 0),
          frame(type.continuation, 4, streamId, whole.subarray(16_384)),
          data(streamId, 'read'),
        )
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const answers = await timed(sender.send(paths(2)))
    expect(answers).toMatchObject(
      numbers(2).map(() => ({ body: 'read', headers: { 'x-long': value, 'x-longer': value } })),
    )
  })

  test('keeps little of a body of 20 MB that comes without regard for any window', async () => {
    const body = Buffer.alloc(16_384, 'x')
    await using peer = await startRawPeer({
      handle(connection, request) {
        const { streamId, path } = request
        if (path !== '/huge') return answerPath(connection, request)
        connection.write(
          headers(streamId),
          ...numbers(1200).map(() => data(streamId, body, 0)),
          data(streamId, 'end'),
        )
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs: 3000 })
    const [only] = await sender.send([{ path: '/huge', headers: {}, body: '' }])
    if (only !== undefined && 'status' in only) expect(only.body).toBe('x'.repeat(65_536))
    else expect(only?.failure).toBe('unknown')
    expectBodies(await askUntilAnswered(sender, paths(1)), ['/0'])
  })

  test('acknowledges SETTINGS once each', async () => {
    await using peer = await startRawPeer({
      greet: (connection) => connection.write(settings(), settingsAck, settings(), settings()),
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    await ask(sender, paths(1))
    const connection = peer.connections[0] as RawConnection
    await connection.seen(({ type: kind }) => kind === type.headers)
    expect(
      connection.frames.filter(({ type: kind, flags }) => kind === type.settings && flags === ack),
    ).toHaveLength(3)
  })
})
