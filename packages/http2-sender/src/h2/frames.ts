import { type ErrorName, errorNumber } from './error-codes.ts'

/** RFC 9113, section 6. */
export const frameType = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

export const flag = { ack: 1, endStream: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const

export const frameHeadBytes = 9
/** What both sides start with, and what we never raise for the peer (section 4.2). */
export const defaultMaxFrameBytes = 16_384
/** Section 6.9.1. */
export const mostWindowBytes = 2 ** 31 - 1
/** Section 5.1.1: after the last one a new connection is needed. */
export const lastStreamId = 2 ** 31 - 1

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

/*
 * Each function writes one frame, or the head of one, at `at` and returns where it ends. None checks for room. Five
 * parameters and more, because an object per frame would cost more than the frame.
 */

export function writeFrameHead(
  out: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): number {
  out[at] = length >>> 16
  out[at + 1] = length >>> 8
  out[at + 2] = length
  out[at + 3] = type
  out[at + 4] = flags
  return writeUint32(out, at + 5, streamId)
}

function writeUint32(out: Buffer, at: number, value: number): number {
  out[at] = value >>> 24
  out[at + 1] = value >>> 16
  out[at + 2] = value >>> 8
  out[at + 3] = value
  return at + 4
}

export function writeSettings(
  out: Buffer,
  at: number,
  settings: readonly (readonly [id: number, value: number])[],
): number {
  let end = writeFrameHead(out, at, settings.length * 6, frameType.settings, 0, 0)
  for (const [id, value] of settings) end = writeUint32(out, out.writeUInt16BE(id, end), value)
  return end
}

export function writeSettingsAck(out: Buffer, at: number): number {
  return writeFrameHead(out, at, 0, frameType.settings, flag.ack, 0)
}

/** `payload` is the eight bytes of the peer's PING, from `from`. */
export function writePingAck(out: Buffer, at: number, payload: Buffer, from: number): number {
  const end = writeFrameHead(out, at, 8, frameType.ping, flag.ack, 0)
  return end + payload.copy(out, end, from, from + 8)
}

export function writeWindowUpdate(out: Buffer, at: number, streamId: number, bytes: number): number {
  return writeUint32(out, writeFrameHead(out, at, 4, frameType.windowUpdate, 0, streamId), bytes)
}

export function writeReset(out: Buffer, at: number, streamId: number, error: ErrorName): number {
  return writeUint32(out, writeFrameHead(out, at, 4, frameType.rstStream, 0, streamId), errorNumber(error))
}

/** A client's last processed stream is always 0: the peer never opened one. */
export function writeGoaway(out: Buffer, at: number, error: ErrorName): number {
  const end = writeUint32(out, writeFrameHead(out, at, 8, frameType.goaway, 0, 0), 0)
  return writeUint32(out, end, errorNumber(error))
}
