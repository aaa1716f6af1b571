import type { Socket } from 'node:net'
import type { ErrorName } from './error-codes.ts'
import { frameHeadBytes, writeGoaway } from './frames.ts'

/** For our last words, when the peer does not read them. */
const lastWordsMs = 1000

/** Says GOAWAY if the socket still takes it, and closes. */
export function sayFarewell(socket: Socket, error: ErrorName): void {
  if (!socket.writable) return
  const goaway = Buffer.alloc(frameHeadBytes + 8)
  writeGoaway(goaway, 0, error)
  socket.write(goaway)
  socket.destroySoon()
  setTimeout(() => socket.destroy(), lastWordsMs).unref()
}
