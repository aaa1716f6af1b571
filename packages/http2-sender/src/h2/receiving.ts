import { createBodyText, longestBodyBytes } from '../body-text.ts'
import { ProtocolError } from './error-codes.ts'
import { flag } from './frames.ts'
import type { Frame } from './read-frames.ts'
import type { ResponseHeads } from './response-head.ts'
import { ourConnectionWindowBytes, ourMaxHeaderListBytes, ourStreamWindowBytes } from './settings.ts'
import type { Stream, Streams } from './streams.ts'

/** A header block in more pieces than this is an attack, whatever they hold. */
const mostContinuations = 1000

export interface ReceivingEvents {
  answered(stream: Stream, body: string): void
  /** The answer breaks the rules of HTTP, the connection does not (RFC 9113, section 8.1.1). */
  malformed(stream: Stream): void
  /** So many bytes have been taken in, on a stream or on the connection (0). */
  consumed(streamId: number, bytes: number): void
}

/** A header block that goes on in CONTINUATION frames. */
interface OpenBlock {
  streamId: number
  endsStream: boolean
  pieces: Buffer[]
  bytes: number
}

export interface Receiving {
  headers(frame: Frame): void
  continuation(frame: Frame): void
  data(frame: Frame): void
  /** Nothing but its CONTINUATION may come now (section 6.10). */
  readonly isInsideBlock: boolean
}

/**
 * Turns HEADERS and DATA into answers. Frames of streams that are no longer under way are read, because they count for
 * the compression table and the window, and dropped.
 */
export function createReceiving(
  streams: Streams,
  heads: ResponseHeads,
  { answered, malformed, consumed }: ReceivingEvents,
): Receiving {
  let openBlock: OpenBlock | undefined
  /** Since our last WINDOW_UPDATE for the connection. */
  let unacknowledgedBytes = 0

  function headers(frame: Frame): void {
    refuseIdle(frame, streams)
    stripPadding(frame)
    if (frame.flags & flag.priority) frame.start += 5
    if (frame.start > frame.end) throw new ProtocolError('FRAME_SIZE_ERROR', 'HEADERS too short (6.2)')
    const endsStream = (frame.flags & flag.endStream) !== 0
    if (frame.flags & flag.endHeaders) {
      receiveBlock(frame.streamId, endsStream, frame.bytes, frame.start, frame.end)
    } else {
      openBlock = { streamId: frame.streamId, endsStream, pieces: [], bytes: 0 }
      addPiece(openBlock, frame)
    }
  }

  function continuation(frame: Frame): void {
    const block = openBlock
    if (block === undefined || block.streamId !== frame.streamId) {
      throw new ProtocolError('PROTOCOL_ERROR', 'CONTINUATION of nothing (6.10)')
    }
    addPiece(block, frame)
    if ((frame.flags & flag.endHeaders) === 0) return
    openBlock = undefined
    receiveBlock(block.streamId, block.endsStream, Buffer.concat(block.pieces), 0, block.bytes)
  }

  function receiveBlock(
    streamId: number,
    endsStream: boolean,
    bytes: Buffer,
    from: number,
    to: number,
  ): void {
    const head = heads.read(bytes, from, to)
    const stream = streams.get(streamId)
    if (stream === undefined) return
    if (head === undefined) return malformed(stream)
    if (stream.head !== undefined) {
      // Trailers: they end the answer and say nothing that anybody asks for.
      if (head.status !== 0 || !endsStream) return malformed(stream)
    } else if (head.status >= 200) stream.head = head
    else if (head.status === 0 || head.status === 101 || endsStream) return malformed(stream)
    if (endsStream) complete(stream, stream.body?.text() ?? '')
  }

  function data(frame: Frame): void {
    refuseIdle(frame, streams)
    const takenBytes = frame.end - frame.start
    takeIn(takenBytes)
    stripPadding(frame)
    const stream = streams.get(frame.streamId)
    if (stream === undefined) return
    if (stream.head === undefined) return malformed(stream)
    const endsStream = (frame.flags & flag.endStream) !== 0
    takeInOn(stream, takenBytes, endsStream)
    const before = stream.receivedBytes
    stream.receivedBytes += frame.end - frame.start
    if (endsStream && stream.body === undefined) {
      return complete(stream, frame.bytes.toString('utf8', frame.start, frame.end))
    }
    if (before < longestBodyBytes) {
      stream.body ??= createBodyText()
      stream.body.add(Buffer.from(frame.bytes.subarray(frame.start, frame.end)))
    }
    if (endsStream) complete(stream, stream.body?.text() ?? '')
  }

  /** Section 6.9: padding counts as well. */
  function takeIn(bytes: number): void {
    unacknowledgedBytes += bytes
    if (unacknowledgedBytes > ourConnectionWindowBytes) {
      throw new ProtocolError('FLOW_CONTROL_ERROR', 'more than the window of the connection (6.9.1)')
    }
    if (unacknowledgedBytes < ourConnectionWindowBytes / 2) return
    consumed(0, unacknowledgedBytes)
    unacknowledgedBytes = 0
  }

  function takeInOn(stream: Stream, bytes: number, endsStream: boolean): void {
    stream.unacknowledgedBytes += bytes
    if (stream.unacknowledgedBytes > ourStreamWindowBytes) {
      throw new ProtocolError('FLOW_CONTROL_ERROR', 'more than the window of a stream (6.9.1)')
    }
    if (endsStream || stream.unacknowledgedBytes < ourStreamWindowBytes / 2) return
    consumed(stream.id, stream.unacknowledgedBytes)
    stream.unacknowledgedBytes = 0
  }

  /** Section 8.1.1: a stated length must be the true one, but for answers that never have a body. */
  function complete(stream: Stream, body: string): void {
    const { status = 0, contentLength = -1 } = stream.head ?? {}
    const isWrong = contentLength >= 0 && contentLength !== stream.receivedBytes
    if (isWrong && status !== 204 && status !== 304) malformed(stream)
    else answered(stream, body)
  }

  return {
    headers,
    continuation,
    data,
    get isInsideBlock() {
      return openBlock !== undefined
    },
  }
}

function addPiece(block: OpenBlock, { bytes, start, end }: Frame): void {
  block.pieces.push(Buffer.from(bytes.subarray(start, end)))
  block.bytes += end - start
  if (block.bytes > ourMaxHeaderListBytes || block.pieces.length > mostContinuations) {
    throw new ProtocolError('ENHANCE_YOUR_CALM', 'an endless header block')
  }
}

/** A stream that we have not opened has nothing to say (section 5.1). */
export function refuseIdle({ streamId }: Frame, streams: Streams): void {
  if (streamId === 0 || streamId % 2 === 0 || streamId >= streams.nextId) {
    throw new ProtocolError('PROTOCOL_ERROR', 'a frame for a stream that was never opened (5.1)')
  }
}

function stripPadding(frame: Frame): void {
  if ((frame.flags & flag.padded) === 0) return
  if (frame.start === frame.end) throw new ProtocolError('FRAME_SIZE_ERROR', 'padding without length (6.1)')
  frame.end -= frame.bytes[frame.start] as number
  frame.start++
  if (frame.end < frame.start) throw new ProtocolError('PROTOCOL_ERROR', 'more padding than payload (6.1)')
}
