import { expect, test, vi } from 'vitest'
import { createDecoder } from '../hpack/decode.ts'
import { writeLiteral } from '../hpack/encode.ts'
import {
  answer,
  concurrent,
  connected,
  frame,
  goaway,
  initialWindow,
  maxHeaderList,
  reset,
  scratch,
  settings,
  settingsAck,
  statusBlock,
  windowUpdate,
  written,
} from '../testing/raw-peer.ts'
import { type ErrorName, errorNumber } from './error-codes.ts'
import { flag, frameType } from './frames.ts'

const ok = { status: 200, headers: {}, body: '' }

test('it greets, acknowledges settings and answers PING', async () => {
  const { peer } = await connected()
  peer.send(frame(frameType.ping, 0, 0, '12345678'), frame(frameType.ping, flag.ack, 0, 'ignored!'))
  const [ping] = await peer.received(frameType.ping)
  expect(ping).toMatchObject({ flags: flag.ack, payload: Buffer.from('12345678') })
  expect(peer.seen(frameType.settings).map(({ flags }) => flags)).toEqual([0, flag.ack])
  expect(peer.seen(frameType.ping)).toHaveLength(1)
})

test('answers in any order, and between each other, belong to their requests', async () => {
  const { peer, start, answers, answered } = await connected()
  for (const path of ['/1', '/3', '/5']) start(path, { body: 'x' })
  await peer.received(frameType.data, 3)
  const head = (id: number) => frame(frameType.headers, flag.endHeaders, id, statusBlock())
  peer.send(
    head(5),
    head(1),
    frame(frameType.data, 0, 1, 'fi'),
    frame(frameType.data, flag.endStream, 5, 'fifth'),
  )
  peer.send(answer(3), frame(frameType.data, flag.endStream, 1, 'rst'))
  await answered(3)
  expect([...answers].map(([path, result]) => [path, 'body' in result && result.body])).toEqual([
    ['/5', 'fifth'],
    ['/3', ''],
    ['/1', 'first'],
  ])
})

test('an answer in one-byte writes, padded and in CONTINUATION frames, is an answer', async () => {
  const { peer, start, answers, answered } = await connected()
  start('/1')
  await peer.received(frameType.headers)
  const block = Buffer.concat([
    statusBlock(),
    written(writeLiteral(scratch, 0, 'plain', 'x-long', 'y'.repeat(50))),
  ])
  const bytes = Buffer.concat([
    frame(
      frameType.headers,
      flag.padded,
      1,
      Buffer.concat([Buffer.of(2), block.subarray(0, 10), Buffer.alloc(2)]),
    ),
    frame(frameType.continuation, 0, 1, block.subarray(10, 20)),
    frame(frameType.continuation, flag.endHeaders, 1, block.subarray(20)),
    frame(frameType.data, flag.padded | flag.endStream, 1, Buffer.from('\x03body\0\0\0')),
  ])
  peer.socket.setNoDelay(true)
  for (const byte of bytes) peer.send(Buffer.of(byte))
  await answered(1)
  expect(answers.get('/1')).toEqual({ status: 200, headers: { 'x-long': 'y'.repeat(50) }, body: 'body' })
})

test('headers longer than a frame go out in CONTINUATION frames', async () => {
  const { peer, start, answered } = await connected()
  const headers = { 'x-a': 'a'.repeat(15_000), 'x-b': 'b'.repeat(15_000) }
  start('/1', { headers, body: 'x' })
  const [first] = await peer.received(frameType.headers)
  await peer.received(frameType.data)
  expect(peer.frames.slice(-3).map(({ type }) => type)).toEqual([
    frameType.headers,
    frameType.continuation,
    frameType.data,
  ])
  const [second] = peer.seen(frameType.continuation)
  expect([first?.flags, second?.flags]).toEqual([0, flag.endHeaders])
  const decoder = createDecoder({ maxTableSize: 4096, maxHeaderListSize: 65_536 })
  const block = Buffer.concat([first?.payload ?? Buffer.alloc(0), second?.payload ?? Buffer.alloc(0)])
  expect(Object.fromEntries(decoder.decode(block))).toMatchObject(headers)
  peer.send(answer(1))
  await answered(1)
})

test('headers above what the peer takes are not sent', async () => {
  const { start, answers } = await connected(settings([maxHeaderList, 300]))
  start('/1', { headers: { 'x-a': 'a'.repeat(200) } })
  start('/3', { headers: { 'x-a': 'a'.repeat(70_000) } })
  const refused = { failure: 'not_sent', code: 'HEADERS_TOO_LARGE' }
  expect([...answers.values()]).toEqual([refused, refused])
})

test('a body waits for the window of its stream and of the connection, and ends when both allow', async () => {
  const { peer, start, answered, connection } = await connected(settings([initialWindow, 10]))
  start('/1', { body: 'x'.repeat(70_000) })
  await vi.waitFor(() => expect(peer.bytesOf(1)).toBe(10))
  peer.send(windowUpdate(1, 100_000))
  await vi.waitFor(() => expect(peer.bytesOf(1)).toBe(65_535))
  expect(connection.room).toBe(0)
  peer.send(windowUpdate(0, 1))
  await vi.waitFor(() => expect(peer.bytesOf(1)).toBe(65_536))
  peer.send(windowUpdate(0, 100_000))
  await vi.waitFor(() => expect(peer.bytesOf(1)).toBe(70_000))
  expect(peer.seen(frameType.data).at(-1)?.flags).toBe(flag.endStream)
  expect(connection.room).toBe(99)
  peer.send(answer(1))
  await answered(1)
})

test('new settings change the windows of open streams, also below zero', async () => {
  const { peer, start } = await connected(settings([initialWindow, 10]))
  start('/1', { body: 'x'.repeat(50) })
  await vi.waitFor(() => expect(peer.bytesOf(1)).toBe(10))
  peer.send(settings([initialWindow, 0]), windowUpdate(1, 5), frame(frameType.ping, 0, 0, 'is it so'))
  await peer.received(frameType.ping)
  expect(peer.bytesOf(1)).toBe(10)
  peer.send(settings([initialWindow, 15]))
  await vi.waitFor(() => expect(peer.bytesOf(1)).toBe(20))
})

test('an answer before the body was sent ends both, and the reset that follows is no failure', async () => {
  const { peer, start, answers, answered } = await connected(settings([initialWindow, 1]))
  start('/1', { body: 'long' })
  await peer.received(frameType.data)
  peer.send(answer(1), reset(1, 'NO_ERROR'))
  await answered(1)
  expect(answers.get('/1')).toEqual(ok)
  expect(await peer.received(frameType.rstStream)).toHaveLength(1)
})

test('a peer that allows no streams is waited for, and again when it takes them back', async () => {
  const opening = connected(Buffer.concat([settings([concurrent, 0]), settings([concurrent, 2])]))
  const { connection, peer, events } = await opening
  expect(connection.room).toBe(2)
  peer.send(settings([concurrent, 0]))
  await vi.waitFor(() => expect(connection.room).toBe(0))
  events.freed.mockClear()
  peer.send(settings([concurrent, 100]))
  await vi.waitFor(() => expect(connection.room).toBe(100))
  expect(events.freed).toHaveBeenCalled()
})

test('a connection on which nothing may begin for too long is given up', async () => {
  const { connection, peer, events } = await connected(settings(), { timeoutMs: 50 })
  peer.send(settings([concurrent, 0]))
  await vi.waitFor(() => expect(events.closed).toHaveBeenCalledExactlyOnceWith(connection))
})

test('GOAWAY hands back what is above its last id, and waits for the rest', async () => {
  const { connection, peer, start, answers, answered, events } = await connected()
  for (const path of ['/1', '/3', '/5']) start(path)
  await peer.received(frameType.headers, 3)
  peer.send(goaway(3))
  await answered(1)
  expect(answers.get('/5')).toEqual({ failure: 'not_sent', code: 'GOAWAY' })
  expect([connection.room, connection.inFlight]).toEqual([0, 2])
  peer.send(answer(1))
  await answered(2)
  peer.socket.end()
  await answered(3)
  expect(answers.get('/1')).toEqual(ok)
  expect(answers.get('/3')).toEqual({ failure: 'unknown', code: 'GOAWAY' })
  expect(events.closed).toHaveBeenCalledTimes(1)
})

test('a graceful GOAWAY in two steps refuses nothing before the second', async () => {
  const { peer, start, answers, answered } = await connected()
  for (const path of ['/1', '/3']) start(path)
  await peer.received(frameType.headers, 2)
  peer.send(goaway(2 ** 31 - 1), frame(frameType.ping, 0, 0, '12345678'))
  await peer.received(frameType.ping)
  expect(answers.size).toBe(0)
  peer.send(goaway(1), answer(1))
  await answered(2)
  expect(answers.get('/3')).toEqual({ failure: 'not_sent', code: 'GOAWAY' })
})

test('what was not given to the socket when the connection ends is not sent', async () => {
  const { connection, start, answers } = await connected()
  start('/1')
  connection.destroy()
  expect(answers.get('/1')).toEqual({ failure: 'not_sent', code: 'CONNECTION_CLOSED' })
  start('/3')
  expect(answers.get('/3')).toMatchObject({ failure: 'not_sent' })
})

test('a peer that ends its side leaves its requests unknown', async () => {
  const { peer, start, answers, answered } = await connected()
  start('/1')
  await peer.received(frameType.headers)
  peer.socket.end()
  await answered(1)
  expect(answers.get('/1')).toEqual({ failure: 'unknown', code: 'CONNECTION_CLOSED' })
})

test.each<[string, ErrorName, Buffer]>([
  ['a frame for a stream that was never opened', 'PROTOCOL_ERROR', answer(99)],
  ['PUSH_PROMISE', 'PROTOCOL_ERROR', frame(frameType.pushPromise, flag.endHeaders, 1, Buffer.alloc(4))],
  [
    'an endless header block',
    'ENHANCE_YOUR_CALM',
    Buffer.concat([
      frame(frameType.headers, 0, 1),
      ...Array.from({ length: 2000 }, () => frame(frameType.continuation, 0, 1)),
    ]),
  ],
  [
    'SETTINGS without end',
    'ENHANCE_YOUR_CALM',
    Buffer.concat(Array.from({ length: 12_000 }, () => settingsAck())),
  ],
  [
    'a header block that is none',
    'COMPRESSION_ERROR',
    frame(frameType.headers, flag.endHeaders, 1, Buffer.of(0x80)),
  ],
  ['a window beyond 2^31-1', 'FLOW_CONTROL_ERROR', windowUpdate(0, 2 ** 31 - 1)],
])('%s ends the connection with %s and hands back what was not answered', async (_what, code, bytes) => {
  const { connection, peer, start, answers, answered } = await connected()
  start('/1')
  await peer.received(frameType.headers)
  peer.send(bytes)
  await answered(1)
  expect(answers.get('/1')).toEqual({ failure: 'unknown', code })
  const [farewell] = await peer.received(frameType.goaway)
  expect(farewell?.payload.readUInt32BE(4)).toBe(errorNumber(code))
  expect(connection.room).toBe(0)
})

test('a peer that does not begin with SETTINGS is refused', async () => {
  await expect(connected(frame(frameType.ping, 0, 0, '12345678'))).rejects.toMatchObject({
    code: 'PROTOCOL_ERROR',
  })
})

test('a broken answer fails alone', async () => {
  const { peer, start, answers, answered } = await connected()
  for (const path of ['/1', '/3']) start(path)
  await peer.received(frameType.headers, 2)
  peer.send(frame(frameType.data, flag.endStream, 1, 'body first'), answer(3))
  await answered(2)
  expect(answers.get('/1')).toEqual({ failure: 'unknown', code: 'PROTOCOL_ERROR' })
  expect(answers.get('/3')).toEqual(ok)
})

test('an answer that comes after the time limit is dropped, and the next ones are right', async () => {
  const { peer, start, answers, answered } = await connected(settings(), { timeoutMs: 100 })
  for (const path of ['/1', '/3']) start(path)
  await peer.received(frameType.headers, 2)
  peer.send(answer(3))
  await answered(2)
  expect(answers.get('/1')).toEqual({ failure: 'timeout', code: 'TIMEOUT' })
  const [cancelled] = await peer.received(frameType.rstStream)
  expect(cancelled).toMatchObject({ streamId: 1, payload: Buffer.of(0, 0, 0, errorNumber('CANCEL')) })
  start('/5')
  await peer.received(frameType.headers, 3)
  peer.send(answer(1), answer(5))
  await answered(3)
  expect(answers.get('/5')).toEqual(ok)
})

test('a connection on which nothing came back since a request was written takes no other', async () => {
  const { peer, start, answers, answered, connection, events } = await connected(settings(), {
    timeoutMs: 50,
  })
  start('/1')
  await answered(1)
  expect(answers.get('/1')).toEqual({ failure: 'timeout', code: 'TIMEOUT' })
  expect(connection.room).toBe(0)
  expect(events.closed).toHaveBeenCalledExactlyOnceWith(connection)
  await peer.received(frameType.goaway)
})

test('a large answer gets its windows back', async () => {
  const { peer, start, answered } = await connected()
  start('/1')
  await peer.received(frameType.headers)
  peer.send(frame(frameType.headers, flag.endHeaders, 1, statusBlock()))
  const piece = frame(frameType.data, 0, 1, 'x'.repeat(16_384))
  for (let i = 0; i < 64; i++) peer.send(piece)
  await vi.waitFor(() => {
    const ofStream = peer.seen(frameType.windowUpdate).filter(({ streamId }) => streamId === 1)
    const grown = ofStream.reduce((sum, { payload }) => sum + payload.readUInt32BE(0), 0)
    expect(grown).toBeGreaterThanOrEqual(512 * 1024)
  })
  peer.send(frame(frameType.data, flag.endStream, 1))
  await answered(1)
})
