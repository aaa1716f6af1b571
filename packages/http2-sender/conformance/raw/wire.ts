/** Frames as bytes, good and bad ones alike (RFC 9113, section 4.1). */

export const type = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

export const endStream = 1
export const ack = 1
export const endHeaders = 4
export const padded = 8
export const priority = 0x20

export const setting = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const

/** RFC 9113, section 7. */
export const error = {
  none: 0,
  protocol: 1,
  internal: 2,
  flowControl: 3,
  streamClosed: 5,
  frameSize: 6,
  refused: 7,
  cancel: 8,
  compression: 9,
  calm: 11,
} as const

export function frame(
  kind: number,
  flags: number,
  streamId: number,
  payload: Uint8Array | string = '',
): Buffer {
  const bytes = Buffer.from(payload as Uint8Array)
  const head = Buffer.alloc(9)
  head.writeUIntBE(bytes.length, 0, 3)
  head[3] = kind
  head[4] = flags
  head.writeUInt32BE(streamId, 5)
  return Buffer.concat([head, bytes])
}

export function settings(...values: (readonly [id: number, value: number])[]): Buffer {
  return frame(
    type.settings,
    0,
    0,
    Buffer.concat(values.map(([id, value]) => Buffer.concat([uint16(id), uint32(value)]))),
  )
}

export const settingsAck = frame(type.settings, ack, 0)

export function windowUpdate(streamId: number, bytes: number): Buffer {
  return frame(type.windowUpdate, 0, streamId, uint32(bytes))
}

export function reset(streamId: number, code: number): Buffer {
  return frame(type.reset, 0, streamId, uint32(code))
}

export function goaway(lastStreamId: number, code: number): Buffer {
  return frame(type.goaway, 0, 0, Buffer.concat([uint32(lastStreamId), uint32(code)]))
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** `:status: 200` by its static index, further headers as literals without Huffman code. */
export function block(headers: Record<string, string> = {}, status = '\x88'): Buffer {
  const literals = Object.entries(headers).map(([name, value]) => literal(name, value))
  return Buffer.concat([Buffer.from(status, 'latin1'), ...literals])
}

/** A literal without indexing; text below 16 KiB. */
export function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0]), text(name), text(value)])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  const rest = bytes.length - 127
  const head = rest < 0 ? [bytes.length] : [127, (rest & 127) | 128, rest >> 7]
  return Buffer.concat([Buffer.from(head), bytes])
}

export function headers(streamId: number, payload: Uint8Array = block(), flags = endHeaders): Buffer {
  return frame(type.headers, flags, streamId, payload)
}

export function data(streamId: number, payload: string | Uint8Array, flags = endStream): Buffer {
  return frame(type.data, flags, streamId, payload)
}

/** A whole answer. */
export function answer(streamId: number, body: string): Buffer {
  return Buffer.concat([headers(streamId, block({ 'x-answer': body })), data(streamId, body)])
}
