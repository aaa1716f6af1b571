import { ProtocolError } from './error-codes.ts'
import { defaultMaxFrameBytes, flag, mostWindowBytes } from './frames.ts'
import type { Frame } from './read-frames.ts'

/** RFC 9113, section 6.5.2. */
const id = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const

/** What the peer allows us, at first as if it had said nothing. */
export interface PeerSettings {
  headerTableSize: number
  maxConcurrentStreams: number
  initialWindowSize: number
  maxFrameSize: number
  maxHeaderListSize: number
}

export const defaultWindowBytes = 65_535
export const defaultTableBytes = 4096

export function defaultSettings(): PeerSettings {
  return {
    headerTableSize: defaultTableBytes,
    maxConcurrentStreams: Number.POSITIVE_INFINITY,
    initialWindowSize: defaultWindowBytes,
    maxFrameSize: defaultMaxFrameBytes,
    maxHeaderListSize: Number.POSITIVE_INFINITY,
  }
}

/** Room for answers on one stream. Their bodies are small, so that only a wayward peer ever has to wait. */
export const ourStreamWindowBytes = 1024 * 1024
/** For all streams together. */
export const ourConnectionWindowBytes = 16 * 1024 * 1024
/** An answer with more headers than this is no push service's. */
export const ourMaxHeaderListBytes = 64 * 1024

/** No push; no compression table, so that the peer's header blocks can be read without a memory. */
export const ourSettings: readonly (readonly [id: number, value: number])[] = [
  [id.headerTableSize, 0],
  [id.enablePush, 0],
  [id.initialWindowSize, ourStreamWindowBytes],
  [id.maxHeaderListSize, ourMaxHeaderListBytes],
]

/** Writes the values of a SETTINGS frame into `settings`; true when it was the acknowledgement of ours. */
export function readSettings(frame: Frame, settings: PeerSettings): boolean {
  const { streamId, flags, bytes, start, end } = frame
  if (streamId !== 0) throw new ProtocolError('PROTOCOL_ERROR', 'SETTINGS on a stream (6.5)')
  if (flags & flag.ack) {
    if (end > start) throw new ProtocolError('FRAME_SIZE_ERROR', 'SETTINGS acknowledged with values (6.5)')
    return true
  }
  if ((end - start) % 6 !== 0) throw new ProtocolError('FRAME_SIZE_ERROR', 'SETTINGS cut short (6.5)')
  for (let at = start; at < end; at += 6) {
    readSetting(settings, bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2))
  }
  return false
}

/** Unknown ones are passed over (section 6.5.2). */
function readSetting(settings: PeerSettings, setting: number, value: number): void {
  switch (setting) {
    case id.headerTableSize:
      settings.headerTableSize = value
      return
    case id.enablePush:
      if (value !== 0) throw new ProtocolError('PROTOCOL_ERROR', 'a server set ENABLE_PUSH (6.5.2)')
      return
    case id.maxConcurrentStreams:
      settings.maxConcurrentStreams = value
      return
    case id.initialWindowSize:
      if (value > mostWindowBytes) throw new ProtocolError('FLOW_CONTROL_ERROR', 'window too large (6.5.2)')
      settings.initialWindowSize = value
      return
    case id.maxFrameSize:
      if (value < defaultMaxFrameBytes || value > 0xffffff) {
        throw new ProtocolError('PROTOCOL_ERROR', 'MAX_FRAME_SIZE out of range (6.5.2)')
      }
      settings.maxFrameSize = value
      return
    case id.maxHeaderListSize:
      settings.maxHeaderListSize = value
  }
}
