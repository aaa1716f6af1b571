import { ProtocolError } from './error-codes.ts'
import { flag, frameType, mostWindowBytes } from './frames.ts'
import type { Frame } from './read-frames.ts'
import { refuseIdle } from './receiving.ts'
import { type PeerSettings, readSettings } from './settings.ts'
import type { Stream, Streams } from './streams.ts'

export interface ControlEvents {
  /** The peer's settings have changed, and want to be acknowledged. */
  settingsChanged(): void
  /** Wants the eight bytes from `from` back. */
  pinged(payload: Buffer, from: number): void
  /** Streams above the last id were not processed (RFC 9113, section 6.8). */
  goodbye(lastStreamId: number, errorNumber: number): void
  /** The peer gave up on a stream. */
  reset(stream: Stream, errorNumber: number): void
  /** The connection's window has grown, or with a stream that stream's. */
  windowGrown(bytes: number): void
  windowBroken(stream: Stream, error: 'PROTOCOL_ERROR' | 'FLOW_CONTROL_ERROR'): void
}

/** Reads every frame that is neither HEADERS, CONTINUATION nor DATA. */
export function createControlFrames(streams: Streams, peer: PeerSettings, events: ControlEvents) {
  function settings(frame: Frame): void {
    const windowBefore = peer.initialWindowSize
    if (readSettings(frame, peer)) return
    shiftWindows(peer.initialWindowSize - windowBefore)
    events.settingsChanged()
  }

  /** Open streams follow the new initial window, below 0 if need be (section 6.9.2). */
  function shiftWindows(byBytes: number): void {
    if (byBytes === 0) return
    streams.forEach((stream) => {
      stream.windowBytes += byBytes
      if (stream.windowBytes > mostWindowBytes) {
        throw new ProtocolError('FLOW_CONTROL_ERROR', 'SETTINGS make a window too large (6.9.2)')
      }
    })
  }

  function windowUpdate(frame: Frame): void {
    requireLength(frame, 4)
    const bytes = frame.bytes.readUInt32BE(frame.start) & 0x7fffffff
    if (frame.streamId === 0) {
      if (bytes === 0) throw new ProtocolError('PROTOCOL_ERROR', 'WINDOW_UPDATE by nothing (6.9)')
      return events.windowGrown(bytes)
    }
    refuseIdle(frame, streams)
    const stream = streams.get(frame.streamId)
    if (stream === undefined) return
    if (bytes === 0) return events.windowBroken(stream, 'PROTOCOL_ERROR')
    if (stream.windowBytes + bytes > mostWindowBytes) {
      return events.windowBroken(stream, 'FLOW_CONTROL_ERROR')
    }
    stream.windowBytes += bytes
    events.windowGrown(0)
  }

  function rstStream(frame: Frame): void {
    requireLength(frame, 4)
    refuseIdle(frame, streams)
    const stream = streams.get(frame.streamId)
    if (stream !== undefined) events.reset(stream, frame.bytes.readUInt32BE(frame.start))
  }

  function ping(frame: Frame): void {
    requireConnection(frame)
    requireLength(frame, 8)
    if ((frame.flags & flag.ack) === 0) events.pinged(frame.bytes, frame.start)
  }

  function goaway(frame: Frame): void {
    requireConnection(frame)
    const { bytes, start, end } = frame
    if (end - start < 8) throw new ProtocolError('FRAME_SIZE_ERROR', 'GOAWAY too short (6.8)')
    events.goodbye(bytes.readUInt32BE(start) & 0x7fffffff, bytes.readUInt32BE(start + 4))
  }

  /** Out of use, but still to be well formed (section 6.3). */
  function priority(frame: Frame): void {
    if (frame.streamId === 0) throw new ProtocolError('PROTOCOL_ERROR', 'PRIORITY of the connection (6.3)')
    requireLength(frame, 5)
  }

  return {
    read(frame: Frame): void {
      switch (frame.type) {
        case frameType.settings:
          return settings(frame)
        case frameType.windowUpdate:
          return windowUpdate(frame)
        case frameType.rstStream:
          return rstStream(frame)
        case frameType.ping:
          return ping(frame)
        case frameType.goaway:
          return goaway(frame)
        case frameType.priority:
          return priority(frame)
        case frameType.pushPromise:
          throw new ProtocolError('PROTOCOL_ERROR', 'PUSH_PROMISE although we forbade it (6.6)')
      }
      // Unknown types are passed over (section 5.5).
    },
  }
}

function requireConnection({ streamId }: Frame): void {
  if (streamId !== 0) throw new ProtocolError('PROTOCOL_ERROR', 'a frame of the connection on a stream')
}

function requireLength({ start, end }: Frame, bytes: number): void {
  if (end - start !== bytes) throw new ProtocolError('FRAME_SIZE_ERROR', `not ${bytes} bytes long`)
}
