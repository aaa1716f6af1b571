import type { TLSSocket } from 'node:tls'

/** One TLS record, which is the most that a socket gives at once. */
const readBytes = 16 * 1024

export type Inlet = ReturnType<typeof createInlet>

type Take = (chunk: Buffer) => void

/**
 * What is read from a socket, in one buffer used again and again instead of a stream of fresh ones. It has to be chosen
 * when the socket is made, so what comes before anybody asks is kept.
 */
export function createInlet() {
  const early: Buffer[] = []
  let take: Take = (chunk) => early.push(Buffer.from(chunk))

  /** The piece is good during the call. */
  function read(taker: Take): void {
    for (const chunk of early.splice(0)) taker(chunk)
    take = taker
  }

  return {
    /** For the `onread` of a socket that is to be made. */
    onread: {
      buffer: Buffer.allocUnsafeSlow(readBytes),
      callback(bytes: number, buffer: Uint8Array): boolean {
        take((buffer as Buffer).subarray(0, bytes))
        return true
      },
    },
    read,
    /** Makes the socket a usual stream again. */
    readAsStream(socket: TLSSocket): void {
      read((chunk) => socket.push(Buffer.from(chunk)))
    },
  }
}
