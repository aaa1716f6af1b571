import { describe, expect, test } from 'vitest'
import type { SendRequest } from '../src/index.ts'
import { ask, expectBodies, numbers } from './ask.ts'
import { answerPath, type RawConnection, type RawFrame, startRawPeer } from './raw/raw-peer.ts'
import { ack, endHeaders, endStream, reset, setting, settings, type, windowUpdate } from './raw/wire.ts'
import { senders } from './senders.ts'

const timeoutMs = 3000

const isData = (streamId: number) => (frame: RawFrame) =>
  frame.type === type.data && frame.streamId === streamId
const isAck = ({ type: kind, flags }: RawFrame) => kind === type.settings && flags === ack

function bytesSent({ frames }: RawConnection, streamId?: number): number {
  const sent = frames.filter(
    (frame) => frame.type === type.data && (streamId ?? frame.streamId) === frame.streamId,
  )
  return sent.reduce((sum, { payload }) => sum + payload.length, 0)
}

function bodies(count: number, bytes: number): SendRequest[] {
  return numbers(count).map((number) => ({
    path: `/${number}`,
    headers: {},
    body: String(number).repeat(bytes),
  }))
}

const ownPaths = (count: number) => numbers(count).map((number) => `/${number}`)

/** Answers only when the client's PING or SETTINGS acknowledgement shows that it has read all before it. */
async function acknowledged(connection: RawConnection): Promise<void> {
  const before = connection.frames.filter(isAck).length
  connection.write(settings())
  while (connection.frames.filter(isAck).length === before) await nextFrame(connection)
}

function nextFrame(connection: RawConnection): Promise<unknown> {
  const known = connection.frames.length
  return connection.seen(() => connection.frames.length > known)
}

describe.each(senders)('$name', ({ create }) => {
  test('sends bodies through windows of one byte', async () => {
    await using peer = await startRawPeer({
      settings: [[setting.initialWindowSize, 1]],
      observe(connection, frame) {
        if (frame.type !== type.data || frame.flags & endStream) return
        expect(frame.payload.length).toBe(1)
        connection.write(windowUpdate(frame.streamId, 1))
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const requests = bodies(5, 40)
    expectBodies(await ask(sender, requests), ownPaths(5))
    expect(peer.connections[0]?.requests.map(({ path, body }) => [path, body.toString()]).sort()).toEqual(
      requests.map(({ path, body }) => [path, body]),
    )
  })

  test('never sends more than the window of the connection, and goes on when it opens', async () => {
    let granted = 65_535
    await using peer = await startRawPeer({
      settings: [[setting.initialWindowSize, 1_000_000]],
      observe(connection, { type: kind }) {
        if (kind !== type.data) return
        const sent = bytesSent(connection)
        expect(sent).toBeLessThanOrEqual(granted)
        if (sent < granted) return
        granted += 10_000
        connection.write(windowUpdate(0, 10_000))
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    expectBodies(await ask(sender, bodies(8, 50_000)), ownPaths(8))
  })

  test('waits while SETTINGS have shrunk a window below nothing, and goes on when it is above', async () => {
    await using peer = await startRawPeer({
      settings: [[setting.initialWindowSize, 100]],
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const sending = sender.send(bodies(1, 250))
    const connection = await peer.connection(0)
    await connection.seen(isData(1))
    expect(bytesSent(connection, 1)).toBe(100)
    // 100 have been sent: the window is now -60 (RFC 9113, section 6.9.2).
    connection.write(settings([setting.initialWindowSize, 40]))
    await acknowledged(connection)
    connection.write(windowUpdate(1, 60))
    await acknowledged(connection)
    expect(bytesSent(connection, 1)).toBe(100)
    connection.write(windowUpdate(1, 1))
    await connection.seen((frame) => isData(1)(frame) && bytesSent(connection, 1) > 100)
    await acknowledged(connection)
    expect(bytesSent(connection, 1)).toBe(101)
    connection.write(settings([setting.initialWindowSize, 1000]))
    expect(await sending).toMatchObject([{ status: 200, body: '/0' }])
    expect(bytesSent(connection, 1)).toBe(250)
  })

  test('opens no stream while the peer allows none, and all that it allows later', async () => {
    await using peer = await startRawPeer({ settings: [[setting.maxConcurrentStreams, 0]] })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const sending = sender.send(bodies(50, 10))
    const connection = await peer.connection(0)
    await connection.seen(isAck)
    connection.write(settings([setting.maxConcurrentStreams, 100]))
    expectBodies(
      await sending.then((answers) => answers.flatMap((answer) => ('status' in answer ? answer : []))),
      ownPaths(50),
    )
  })

  test('never has more streams open than the peer allows', async () => {
    let mostOpen = 0
    let open = 0
    const waiting: (() => void)[] = []
    const answerWaiting = () => {
      for (const answer of waiting.splice(0)) answer()
    }
    await using peer = await startRawPeer({
      settings: [[setting.maxConcurrentStreams, 3]],
      observe(_connection, { type: kind }) {
        if (kind === type.headers) mostOpen = Math.max(mostOpen, ++open)
      },
      handle(connection, request) {
        waiting.push(() => {
          open--
          answerPath(connection, request)
        })
        if (waiting.length === 3) setTimeout(answerWaiting, 2)
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    expectBodies(await ask(sender, bodies(60, 10)), ownPaths(60))
    expect(mostOpen).toBe(3)
  })

  test('keeps frames and header blocks within what the peer allows', async () => {
    await using peer = await startRawPeer({ settings: [[setting.initialWindowSize, 1_000_000]] })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const long = { 'x-long': 'l'.repeat(10_000), 'x-longer': 'm'.repeat(10_000) }
    const requests = bodies(3, 20_000).map((request) => ({
      ...request,
      headers: long,
      shared: { 'x-shared': 's'.repeat(17_000) },
    }))
    expectBodies(await ask(sender, requests), ownPaths(3))
    const { frames, requests: received } = await peer.connection(0)
    expect(frames.filter(({ payload }) => payload.length > 16_384)).toEqual([])
    expect(frames.filter(({ type: kind }) => kind === type.continuation).length).toBeGreaterThan(0)
    for (const { headers, body } of received) {
      expect(headers.get('x-long')).toBe(long['x-long'])
      expect(headers.get('x-longer')).toBe(long['x-longer'])
      expect(headers.get('x-shared')).toHaveLength(17_000)
      expect(body).toHaveLength(20_000)
    }
    // Nothing comes between HEADERS and the CONTINUATION that ends them (RFC 9113, section 6.10).
    frames.forEach(({ type: kind, flags, streamId }, at) => {
      const opens = (kind === type.headers || kind === type.continuation) && (flags & endHeaders) === 0
      if (opens) expect(frames[at + 1]).toMatchObject({ type: type.continuation, streamId })
    })
  })

  test('refuses a request that is above the header list that the peer reads', async () => {
    await using peer = await startRawPeer({ settings: [[setting.maxHeaderListSize, 1000]] })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    await ask(sender, bodies(1, 1))
    const [long, short] = await sender.send([
      { path: '/long', headers: { x: 'x'.repeat(2000) }, body: '' },
      { path: '/short', headers: { x: 'x' }, body: '' },
    ])
    expect(short).toMatchObject({ body: '/short' })
    if (long !== undefined && 'failure' in long) expect(long.failure).toBe('not_sent')
    else expect(long).toMatchObject({ body: '/long' })
  })

  test('uses the compression table as the peer resizes it', async () => {
    const sizes = [4096, 0, 100, 65_536, 0, 4096]
    await using peer = await startRawPeer({
      handle(connection, request) {
        // The peer's own decoder allows what it has said as soon as the client has acknowledged it.
        const size = sizes[connection.requests.length - 1]
        if (size !== undefined) connection.write(settings([setting.headerTableSize, size]))
        if (size !== undefined) connection.resizeTable(size)
        answerPath(connection, request)
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const shared = { authorization: 'bearer x', 'apns-topic': 'app.one' }
    for (const number of numbers(12)) {
      const requests = [{ path: `/${number}`, shared, headers: { 'x-number': `${number}` }, body: '' }]
      expectBodies(await ask(sender, requests), [`/${number}`])
    }
    const { requests } = await peer.connection(0)
    for (const { headers } of requests) expect(headers.get('apns-topic')).toBe('app.one')
  })

  test('takes an answer before the request is whole, and ends the request', async () => {
    await using peer = await startRawPeer({
      settings: [[setting.initialWindowSize, 10]],
      observe(connection, frame) {
        if (isData(1)(frame)) {
          answerPath(connection, { streamId: 1, path: '/0', headers: new Map(), body: Buffer.alloc(0) })
          connection.write(reset(1, 0))
        }
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    expectBodies(await ask(sender, bodies(1, 1000)), ['/0'])
    expectBodies(await ask(sender, bodies(2, 5)), ['/0', '/1'])
    expect(peer.connections).toHaveLength(1)
  })

  test('sends no header that is not one', async () => {
    await using peer = await startRawPeer()
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const bad: SendRequest[] = [
      { path: '/line\r\nend', headers: {}, body: '' },
      { path: '/0', headers: { x: 'y\r\nevil: z' }, body: '' },
      { path: '/0', headers: { x: 'y\nz' }, body: '' },
      { path: '/0', headers: { x: 'y\0z' }, body: '' },
      { path: '/0', headers: { x: 'evil: z\u010d\u010a' }, body: '' },
      { path: '/0', headers: { 'x y': 'z' }, body: '' },
      { path: '/0', headers: { '': 'z' }, body: '' },
      { path: '/0', headers: { 'x\r\ny': 'z' }, body: '' },
      { path: '/0', headers: { connection: 'close' }, body: '' },
      { path: '/0', headers: {}, shared: { x: 'y\r\nz' }, body: '' },
    ]
    for (const request of bad) {
      const [only] = await sender.send([request])
      expect(only, JSON.stringify(request)).toMatchObject({ failure: 'not_sent' })
    }
    expectBodies(await ask(sender, bodies(2, 1)), ownPaths(2))
    for (const { requests } of peer.connections) {
      for (const { headers, path } of requests)
        expect([...headers.values(), ...headers.keys(), path].join('')).not.toMatch(/[\r\n\0]/)
    }
  })

  test('lets one request that cannot be sent spoil no other of its batch', async () => {
    await using peer = await startRawPeer()
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    const good = bodies(20, 10)
    const answers = await sender.send(good.toSpliced(10, 0, { path: '/bad', headers: { x: '\n' }, body: '' }))
    expect(answers[10]).toMatchObject({ failure: 'not_sent' })
    expect(answers.toSpliced(10, 1)).toMatchObject(ownPaths(20).map((body) => ({ status: 200, body })))
  })
})
