import {
  ack,
  answer,
  block,
  data,
  endHeaders,
  endStream,
  error,
  frame,
  goaway,
  headers,
  literal,
  padded,
  priority,
  reset,
  setting,
  settings,
  type,
  uint32,
  windowUpdate,
} from './wire.ts'

/** When it comes, stream 1 has been answered, 3 and 5 have not. It is aimed at 3 if at any. */
export interface Attack {
  name: string
  bytes: Buffer
  /** What our GOAWAY may say; undefined when it may be lost. */
  codes?: readonly (number | undefined)[]
  /** Or an answer without the header in question, as nghttp2 gives it. */
  orDropped?: true
  /** node:http2 gives the connection up. */
  notForNode?: true
}

const { protocol, flowControl, frameSize, compression, streamClosed, calm } = error
const attack = (name: string, bytes: Buffer, ...codes: number[]): Attack => ({ name, bytes, codes })
/** Whoever closes with much unread is not always heard. */
const deafening = (name: string, bytes: Buffer): Attack => ({
  name,
  bytes,
  codes: [calm, compression, undefined],
})
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const many = (count: number, bytes: (at: number) => Buffer) =>
  Buffer.concat(Array.from({ length: count }, (_, at) => bytes(at)))

/** After one of these the connection is of no more use (RFC 9113, section 5.4.1). */
export const deadly: Attack[] = [
  attack('DATA on stream 0', data(0, 'x'), protocol),
  attack('DATA on a stream that was never opened', data(101, 'x'), protocol),
  attack('DATA with more padding than payload', frame(type.data, padded, 3, hex('05 6161')), protocol),
  attack('padded DATA without a length of the padding', frame(type.data, padded, 3), protocol, frameSize),
  attack('HEADERS on stream 0', headers(0), protocol),
  attack('HEADERS on an even stream', headers(2), protocol),
  attack('HEADERS on a stream that was never opened', headers(101), protocol),
  attack('HEADERS with more padding than payload', headers(3, hex('05 88'), endHeaders | padded), protocol),
  attack(
    'HEADERS too short for their priority',
    headers(3, hex('00 88'), endHeaders | priority),
    frameSize,
    protocol,
  ),
  attack('RST_STREAM on stream 0', reset(0, error.cancel), protocol),
  attack('RST_STREAM on a stream that was never opened', reset(101, error.cancel), protocol),
  attack('RST_STREAM of 3 bytes', frame(type.reset, 0, 3, hex('000000')), frameSize),
  attack('SETTINGS on a stream', frame(type.settings, 0, 3), protocol),
  attack('SETTINGS of 5 bytes', frame(type.settings, 0, 0, hex('0003 0000 00')), frameSize),
  attack('an acknowledgement with values', frame(type.settings, ack, 0, hex('0003 00000000')), frameSize),
  attack('ENABLE_PUSH 2', settings([setting.enablePush, 2]), protocol),
  attack('a window of 2 GiB', settings([setting.initialWindowSize, 2 ** 31]), flowControl),
  attack('MAX_FRAME_SIZE of 16,383', settings([setting.maxFrameSize, 16_383]), protocol),
  attack('MAX_FRAME_SIZE of 16 MiB', settings([setting.maxFrameSize, 2 ** 24]), protocol),
  attack(
    'windows that SETTINGS make overflow',
    Buffer.concat([windowUpdate(3, 2 ** 31 - 1 - 65_535), settings([setting.initialWindowSize, 65_536 * 2])]),
    flowControl,
  ),
  attack(
    'PUSH_PROMISE',
    frame(type.pushPromise, endHeaders, 3, Buffer.concat([uint32(2), block()])),
    protocol,
  ),
  attack('PING on a stream', frame(type.ping, 0, 3, hex('0000000000000000')), protocol),
  attack('PING of 7 bytes', frame(type.ping, 0, 0, hex('00000000000000')), frameSize),
  attack('GOAWAY on a stream', frame(type.goaway, 0, 3, Buffer.alloc(8)), protocol),
  attack('GOAWAY of 7 bytes', frame(type.goaway, 0, 0, Buffer.alloc(7)), frameSize),
  attack('WINDOW_UPDATE of 0', windowUpdate(0, 0), protocol),
  attack('a connection window above 2 GiB', windowUpdate(0, 2 ** 31 - 1), flowControl),
  attack('WINDOW_UPDATE of 3 bytes', frame(type.windowUpdate, 0, 0, hex('000001')), frameSize),
  attack('WINDOW_UPDATE on a stream that was never opened', windowUpdate(101, 1), protocol),
  attack('CONTINUATION without HEADERS', frame(type.continuation, endHeaders, 3, block()), protocol),
  attack('CONTINUATION on stream 0', frame(type.continuation, endHeaders, 0, block()), protocol),
  attack('DATA within a header block', Buffer.concat([headers(3, block(), 0), data(3, 'x')]), protocol),
  attack(
    'PING within a header block',
    Buffer.concat([headers(3, block(), 0), frame(type.ping, 0, 0, Buffer.alloc(8))]),
    protocol,
  ),
  attack(
    'an unknown frame within a header block',
    Buffer.concat([headers(3, block(), 0), frame(0x42, 0, 3)]),
    protocol,
  ),
  attack(
    'CONTINUATION on another stream',
    Buffer.concat([headers(3, block(), 0), frame(type.continuation, endHeaders, 5)]),
    protocol,
  ),
  attack('a frame longer than SETTINGS allow', frame(type.data, 0, 3, Buffer.alloc(16_385)), frameSize),
  attack('an unknown frame longer than SETTINGS allow', frame(0x42, 0, 0, Buffer.alloc(16_385)), frameSize),
  attack('a header block with index 0', headers(3, hex('80')), compression),
  attack('a header block with an unknown index', headers(3, hex('88 fe')), compression),
  attack('a header block that is cut off', headers(3, hex('88 00 05 61')), compression),
  attack('a header block with wrong Huffman code', headers(3, hex('88 00 84ffffffff 00')), compression),
  attack('an endless integer', headers(3, hex('88 ff ffffffffffffffffffff 00')), compression),
  attack('a compression table larger than allowed', headers(3, hex('3fe2ffff0f 88')), compression),
  attack(
    'a broken header block on a stream that is closed',
    headers(1, hex('80')),
    compression,
    streamClosed,
  ),
  deafening('a header list of a megabyte', hugeList(endHeaders)),
  deafening('a header list of a megabyte that has no end', hugeList(0)),
  deafening(
    'CONTINUATION a hundred thousand times',
    Buffer.concat([headers(3, block(), 0), many(100_000, () => frame(type.continuation, 0, 3, hex('88')))]),
  ),
  deafening(
    'empty CONTINUATION a hundred thousand times',
    Buffer.concat([headers(3, block(), 0), many(100_000, () => frame(type.continuation, 0, 3))]),
  ),
]

/** In frames of full length; `lastFlags` are those of the last. */
function hugeList(lastFlags: number): Buffer {
  const whole = Buffer.concat([block(), many(100, (at) => literal(`x-${at}`, 'x'.repeat(10_000)))])
  const count = Math.ceil(whole.length / 16_384)
  return many(count, (at) => {
    const piece = whole.subarray(at * 16_384, (at + 1) * 16_384)
    const flags = at === count - 1 ? lastFlags : 0
    return at === 0 ? headers(3, piece, flags) : frame(type.continuation, flags, 3, piece)
  })
}

const ended = endHeaders | endStream
const malformed = (name: string, payload: Buffer): Attack => ({
  name: `an answer with ${name}`,
  bytes: Buffer.concat([headers(3, payload), data(3, '/1')]),
})

/** After one of these stream 3 has no answer. */
export const spoiling: Attack[] = [
  { name: 'DATA before HEADERS', bytes: data(3, '/1') },
  { name: 'DATA before HEADERS, without an end', bytes: data(3, '/1', 0) },
  { name: 'WINDOW_UPDATE of 0 on a stream', bytes: windowUpdate(3, 0) },
  { name: 'a stream window above 2 GiB', bytes: windowUpdate(3, 2 ** 31 - 1) },
  { name: 'PRIORITY of 4 bytes', bytes: frame(type.priority, 0, 3, uint32(0)) },
  malformed('no status', literal('x', 'y')),
  malformed('an empty header block', Buffer.alloc(0)),
  malformed('two statuses', block({}, '\x88\x88')),
  malformed('a status behind other headers', Buffer.concat([literal('x', 'y'), block()])),
  malformed('a status that is no number', literal(':status', 'abc')),
  malformed('a status of four digits', literal(':status', '2000')),
  malformed('a path', block({ ':path': '/' })),
  malformed('an unknown pseudo-header', block({ ':what': 'x' })),
  malformed('a name in upper case', block({ 'X-Name': 'x' })),
  { ...malformed('an empty name', block({ '': 'x' })), orDropped: true },
  { ...malformed('a space in a name', block({ 'x y': 'x' })), orDropped: true },
  { ...malformed('a line end in a value', block({ x: 'y\r\nset-cookie: z' })), orDropped: true },
  { ...malformed('NUL in a value', block({ x: 'y\0z' })), orDropped: true },
  malformed('a header of HTTP/1.1 connections', block({ connection: 'close' })),
  malformed('transfer-encoding', block({ 'transfer-encoding': 'chunked' })),
  malformed('less content than it says', block({ 'content-length': '3' })),
  malformed('more content than it says', block({ 'content-length': '1' })),
  malformed('a content-length that is no number', block({ 'content-length': '2x' })),
  malformed(
    'two different content-lengths',
    Buffer.concat([block({ 'content-length': '2' }), literal('content-length', '3')]),
  ),
  { name: 'a content-length and no content', bytes: headers(3, block({ 'content-length': '2' }), ended) },
  {
    name: 'an informational answer that ends the stream',
    bytes: headers(3, literal(':status', '103'), ended),
  },
  { name: 'status 101', bytes: headers(3, literal(':status', '101'), ended) },
  {
    name: 'trailers that do not end the stream',
    bytes: Buffer.concat([headers(3), headers(3, literal('x', 'y')), data(3, '/1')]),
  },
  {
    name: 'trailers with a status',
    bytes: Buffer.concat([headers(3), data(3, '/1', 0), headers(3, block(), ended)]),
  },
  {
    name: 'an informational answer after the final one',
    bytes: Buffer.concat([headers(3), headers(3, literal(':status', '103')), data(3, '/1')]),
  },
]

const on3 = (...pieces: Buffer[]) => Buffer.concat([...pieces, headers(3), data(3, '/1')])

/** With or after these stream 3 has its right answer: each contains it. */
export const harmless: Attack[] = [
  { name: 'an unknown frame', bytes: on3(frame(0x42, 0xff, 0, 'what?'), frame(0x43, 0xff, 3, 'what?')) },
  {
    name: 'ALTSVC and ORIGIN',
    notForNode: true,
    bytes: on3(frame(10, 0, 0, hex('0000 68323d')), frame(12, 0, 0, hex('0000'))),
  },
  {
    name: 'the reserved bit before a stream id',
    bytes: on3(frame(0x42, 0, 2 ** 31 + 3), windowUpdate(2 ** 31 + 3, 1)),
  },
  {
    name: 'flags that nobody knows',
    bytes: Buffer.concat([
      headers(3, block(), endHeaders | 0x50),
      data(3, '/1', endStream | (0x76 & ~padded)),
    ]),
  },
  {
    name: 'an acknowledgement of a PING that we never sent',
    notForNode: true,
    bytes: on3(frame(type.ping, ack, 0, Buffer.alloc(8))),
  },
  { name: 'unknown SETTINGS', bytes: on3(settings([0x4242, 1], [0, 7], [0xffff, 2 ** 32 - 1])) },
  { name: 'empty SETTINGS', bytes: on3(settings()) },
  {
    name: 'PRIORITY',
    bytes: on3(
      frame(type.priority, 0, 3, hex('00000000 10')),
      frame(type.priority, 0, 201, hex('00000003 10')),
    ),
  },
  {
    name: 'HEADERS with a priority',
    bytes: Buffer.concat([
      headers(3, Buffer.concat([hex('80000000 ff'), block()]), endHeaders | priority),
      data(3, '/1'),
    ]),
  },
  {
    name: 'padding everywhere',
    bytes: Buffer.concat([
      headers(3, Buffer.concat([hex('03'), block(), Buffer.alloc(3)]), endHeaders | padded),
      data(3, hex('04 2f31 00000000'), endStream | padded),
    ]),
  },
  {
    name: 'padding alone',
    bytes: Buffer.concat([headers(3), data(3, hex('02 0000'), padded), data(3, '/1')]),
  },
  {
    name: 'informational answers',
    bytes: on3(
      headers(3, literal(':status', '100')),
      headers(3, literal(':status', '103')),
      headers(3, literal(':status', '103')),
    ),
  },
  {
    name: 'trailers',
    bytes: Buffer.concat([headers(3), data(3, '/1', 0), headers(3, literal('x-checksum', '1'), ended)]),
  },
  {
    name: 'empty DATA',
    bytes: Buffer.concat([
      headers(3),
      data(3, '', 0),
      data(3, '/', 0),
      data(3, '', 0),
      data(3, '1', 0),
      data(3, ''),
    ]),
  },
  {
    name: 'a content-length that is right',
    bytes: Buffer.concat([headers(3, block({ 'content-length': '2' })), data(3, '/1')]),
  },
  {
    name: 'a header block byte by byte',
    bytes: Buffer.concat([
      headers(3, Buffer.alloc(0), 0),
      ...[...block({ x: 'y' })].map((byte) => frame(type.continuation, 0, 3, Buffer.from([byte]))),
      frame(type.continuation, endHeaders, 3),
      data(3, '/1'),
    ]),
  },
  { name: 'RST_STREAM on a stream that is closed', bytes: on3(reset(1, error.none)) },
  { name: 'WINDOW_UPDATE on a stream that is closed', bytes: on3(windowUpdate(1, 100)) },
  { name: 'NO_ERROR after the whole answer', bytes: Buffer.concat([on3(), reset(3, error.none)]) },
  { name: 'GOAWAY above all that was sent', bytes: on3(goaway(2 ** 31 - 1, error.none)) },
  {
    name: 'a compression table made smaller',
    bytes: Buffer.concat([
      settings([setting.headerTableSize, 0]),
      headers(3, Buffer.concat([hex('20'), block()])),
      data(3, '/1'),
    ]),
  },
]

/** A peer that is beside itself; what we make of it is free, as long as nobody gets what is not his. */
export const confusing: Attack[] = [
  { name: 'a second answer to the same request', bytes: answer(1, '/1') },
  { name: 'DATA on a stream that is closed', bytes: data(1, '/1') },
  { name: 'trailers on a stream that is closed', bytes: headers(1, literal('x', 'y'), ended) },
  { name: 'an answer after RST_STREAM', bytes: Buffer.concat([reset(3, error.cancel), answer(3, '/0')]) },
  { name: 'GOAWAY with ids that grow', bytes: Buffer.concat([goaway(1, error.none), goaway(5, error.none)]) },
  {
    name: 'GOAWAY and more answers above its id',
    bytes: Buffer.concat([goaway(1, error.none), answer(3, '/0')]),
  },
  { name: 'GOAWAY with an error', bytes: goaway(5, error.internal) },
  {
    name: 'two answers woven into one header block',
    bytes: Buffer.concat([headers(3, block(), 0), headers(5, block(), 0)]),
  },
  {
    name: 'half an answer for one and the end for another',
    bytes: Buffer.concat([headers(3), data(3, '/', 0), data(5, '1')]),
  },
]
