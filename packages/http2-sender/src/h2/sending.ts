import type { Job } from '../connection.ts'
import { ProtocolError } from './error-codes.ts'
import { flag, frameHeadBytes, frameType, mostWindowBytes, writeFrameHead } from './frames.ts'
import type { Output } from './output.ts'
import type { RequestHeaders } from './request-headers.ts'
import { defaultWindowBytes, type PeerSettings } from './settings.ts'
import type { Stream, Streams } from './streams.ts'

/** Hardly a server takes more, and they go into one slab. */
const mostHeaderBytes = 56 * 1024
/** A block of that size takes four frames. */
const headFramesBytes = 4 * frameHeadBytes
/** What is written in one piece with its headers; the rest of a larger body follows in pieces. */
const mostBodyAtOnceBytes = 24 * 1024

/** Why a request was not written. */
export type Refusal = 'INVALID_REQUEST' | 'HEADERS_TOO_LARGE' | 'STREAM_IDS_EXHAUSTED' | 'CONNECTION_BEHIND'

export interface Sending {
  /** What all streams together may still send. */
  readonly windowBytes: number
  /** Bodies that wait for a window or for the socket. */
  readonly heldBack: number
  /** Writes HEADERS, and of the body what the windows allow. */
  send(job: Job): Stream | Refusal
  addToWindow(bytes: number): void
  /** Goes on with the bodies that were held back. */
  resume(): void
  forget(stream: Stream): void
}

export function createSending(
  streams: Streams,
  output: Output,
  headers: RequestHeaders,
  peer: PeerSettings,
): Sending {
  let windowBytes = defaultWindowBytes
  const heldBack = new Set<Stream>()

  function send(job: Job): Stream | Refusal {
    const { body } = job.request
    const headerBytes = headers.measure(job.request)
    if (headerBytes < 0) return 'INVALID_REQUEST'
    if (headerBytes > mostHeaderBytes || headerBytes > peer.maxHeaderListSize) return 'HEADERS_TOO_LARGE'
    const mostBytes = mostBodyBytes(body)
    const isAtOnce =
      mostBytes <= Math.min(mostBodyAtOnceBytes, peer.maxFrameSize) &&
      headerBytes + mostBytes <= mostHeaderBytes
    const needed = headFramesBytes + headerBytes + frameHeadBytes + (isAtOnce ? mostBytes : 0)
    // One more than fits is no harm: there is no room for another until the socket has caught up.
    if (!output.makeRoom(needed) && !output.makeRoomForControl(needed)) return 'CONNECTION_BEHIND'
    const stream = streams.open(job)
    if (stream === undefined) return 'STREAM_IDS_EXHAUSTED'
    stream.windowBytes = peer.initialWindowSize
    stream.position = output.position
    const end = writeHeaders(stream.id, mostBytes === 0)
    if (isAtOnce && mostBytes <= Math.min(windowBytes, stream.windowBytes)) {
      output.wrote(mostBytes === 0 ? end : writeBody(stream, body, end))
    } else {
      output.wrote(end)
      stream.unsent = typeof body === 'string' ? Buffer.from(body) : body
      continueBody(stream)
    }
    return stream
  }

  function writeHeaders(streamId: number, endsStream: boolean): number {
    const { bytes, at } = output
    const start = at + frameHeadBytes
    const end = headers.write(bytes, start)
    const flags = endsStream ? flag.endStream : 0
    if (end - start > peer.maxFrameSize) return splitHeaders(streamId, flags, end)
    writeFrameHead(bytes, at, end - start, frameType.headers, flags | flag.endHeaders, streamId)
    return end
  }

  /** RFC 9113, section 6.10. */
  function splitHeaders(streamId: number, flags: number, blockEnd: number): number {
    const { bytes, at } = output
    const block = Buffer.from(bytes.subarray(at + frameHeadBytes, blockEnd))
    let end = at
    for (let from = 0; from < block.length; from += peer.maxFrameSize) {
      const to = Math.min(from + peer.maxFrameSize, block.length)
      const type = from === 0 ? frameType.headers : frameType.continuation
      const frameFlags = (from === 0 ? flags : 0) | (to === block.length ? flag.endHeaders : 0)
      end = writeFrameHead(bytes, end, to - from, type, frameFlags, streamId)
      end += block.copy(bytes, end, from, to)
    }
    return end
  }

  function writeBody(stream: Stream, body: Uint8Array | string, at: number): number {
    const start = at + frameHeadBytes
    let length: number
    if (typeof body === 'string') length = output.bytes.write(body, start)
    else {
      length = body.byteLength
      output.bytes.set(body, start)
    }
    writeFrameHead(output.bytes, at, length, frameType.data, flag.endStream, stream.id)
    windowBytes -= length
    stream.windowBytes -= length
    return start + length
  }

  /** Writes what the windows and the socket allow; false when some is left. */
  function continueBody(stream: Stream): boolean {
    while (stream.unsent !== undefined) {
      const { unsent } = stream
      const length = Math.min(
        unsent.byteLength,
        windowBytes,
        stream.windowBytes,
        peer.maxFrameSize,
        mostBodyAtOnceBytes,
      )
      if (length <= 0 || !output.makeRoom(frameHeadBytes + length)) {
        heldBack.add(stream)
        return false
      }
      const rest = length < unsent.byteLength ? unsent.subarray(length) : undefined
      const { bytes, at } = output
      const start = writeFrameHead(
        bytes,
        at,
        length,
        frameType.data,
        rest === undefined ? flag.endStream : 0,
        stream.id,
      )
      bytes.set(unsent.subarray(0, length), start)
      output.wrote(start + length)
      windowBytes -= length
      stream.windowBytes -= length
      stream.unsent = rest
    }
    return true
  }

  function resume(): void {
    for (const stream of heldBack) {
      if (windowBytes <= 0 || output.isBehind) return
      if (continueBody(stream)) heldBack.delete(stream)
    }
  }

  return {
    get windowBytes() {
      return windowBytes
    },
    get heldBack() {
      return heldBack.size
    },
    send,
    addToWindow(bytes) {
      windowBytes += bytes
      if (windowBytes > mostWindowBytes)
        throw new ProtocolError('FLOW_CONTROL_ERROR', 'window too large (6.9.1)')
    },
    resume,
    forget(stream) {
      if (stream.unsent !== undefined) heldBack.delete(stream)
    },
  }
}

/** No character takes more than three bytes; longer texts are worth the exact count. */
function mostBodyBytes(body: Uint8Array | string): number {
  if (typeof body !== 'string') return body.byteLength
  return body.length < 2048 ? body.length * 3 : Buffer.byteLength(body)
}
