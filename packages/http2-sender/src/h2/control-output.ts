import { type ErrorName, ProtocolError } from './error-codes.ts'
import {
  frameHeadBytes,
  preface,
  writePingAck,
  writeReset,
  writeSettings,
  writeSettingsAck,
  writeWindowUpdate,
} from './frames.ts'
import type { Output } from './output.ts'
import { defaultWindowBytes, ourConnectionWindowBytes, ourSettings } from './settings.ts'

/** Room for the largest: the preface with our settings. */
const mostBytes = preface.length + 4 * frameHeadBytes + 64

/** Writes our frames that are about the connection or about one stream's end. */
export function createControlOutput(output: Output) {
  function write(frame: (out: Buffer, at: number) => number): void {
    if (!output.makeRoomForControl(mostBytes)) {
      throw new ProtocolError('ENHANCE_YOUR_CALM', 'asks for answers and reads none')
    }
    output.wrote(frame(output.bytes, output.at))
  }

  return {
    /** RFC 9113, section 3.4. */
    greet(): void {
      write((out, at) => {
        const start = at + preface.copy(out, at)
        const grown = ourConnectionWindowBytes - defaultWindowBytes
        return writeWindowUpdate(out, writeSettings(out, start, ourSettings), 0, grown)
      })
      output.flush()
    },
    acknowledgeSettings: () => write(writeSettingsAck),
    answerPing: (payload: Buffer, from: number) => write((out, at) => writePingAck(out, at, payload, from)),
    /** Stream 0 is the connection. */
    growWindow: (streamId: number, bytes: number) =>
      write((out, at) => writeWindowUpdate(out, at, streamId, bytes)),
    reset: (streamId: number, error: ErrorName) => write((out, at) => writeReset(out, at, streamId, error)),
  }
}
