import { ProtocolError } from './error-codes.ts'
import { frameHeadBytes } from './frames.ts'

/** One frame as it lies in `bytes`, payload from `start` to `end`. Both are good only during the call. */
export interface Frame {
  type: number
  flags: number
  streamId: number
  bytes: Buffer
  start: number
  end: number
}

/**
 * Cuts a stream of bytes into frames, in place wherever a frame came whole; only what is split between two reads
 * is copied. Throws a `ProtocolError`, or what `onFrame` throws; the reader is then of no more use.
 */
export function createFrameReader(maxFrameBytes: number, onFrame: (frame: Frame) => void) {
  let held = Buffer.alloc(0)
  let heldBytes = 0
  // One object for all frames: they are short-lived and many.
  const frame: Frame = { type: 0, flags: 0, streamId: 0, bytes: held, start: 0, end: 0 }

  function read(chunk: Buffer): void {
    let at = heldBytes > 0 ? completeHeld(chunk) : 0
    while (chunk.length - at >= frameHeadBytes) {
      const end = at + frameHeadBytes + lengthAt(chunk, at)
      if (end > chunk.length) break
      emit(chunk, at, end)
      at = end
    }
    if (at < chunk.length) hold(chunk, at, chunk.length)
  }

  /** Adds to the frame that was split before; returns where the next one begins. */
  function completeHeld(chunk: Buffer): number {
    let at = hold(chunk, 0, frameHeadBytes - heldBytes)
    if (heldBytes < frameHeadBytes) return at
    const end = frameHeadBytes + lengthAt(held, 0)
    at = hold(chunk, at, at + end - heldBytes)
    if (heldBytes < end) return at
    heldBytes = 0
    emit(held, 0, end)
    return at
  }

  function hold(chunk: Buffer, from: number, to: number): number {
    const end = Math.min(Math.max(from, to), chunk.length)
    if (held.length === 0) held = Buffer.allocUnsafe(frameHeadBytes + maxFrameBytes)
    heldBytes += chunk.copy(held, heldBytes, from, end)
    return end
  }

  /** Refused before the payload is waited for: it may never come. */
  function lengthAt(bytes: Buffer, at: number): number {
    const length = ((bytes[at] as number) << 16) | bytes.readUInt16BE(at + 1)
    if (length > maxFrameBytes)
      throw new ProtocolError('FRAME_SIZE_ERROR', 'longer than SETTINGS allow (4.2)')
    return length
  }

  function emit(bytes: Buffer, at: number, end: number): void {
    frame.type = bytes[at + 3] as number
    frame.flags = bytes[at + 4] as number
    frame.streamId = bytes.readUInt32BE(at + 5) & 0x7fffffff
    frame.bytes = bytes
    frame.start = at + frameHeadBytes
    frame.end = end
    onFrame(frame)
  }

  return { read }
}
