import type { Socket } from 'node:net'
import type { Answer, SendRequest } from './sender.ts'

/** The requests of one `send`, and where their answers are gathered. */
export interface Batch {
  requests: readonly SendRequest[]
  answers: Answer[]
  /** How many answers are still missing. */
  open: number
  isUrgent: boolean
  resolve: (answers: Answer[]) => void
}

/** One request on its way, and the place its answer belongs to. */
export interface Job {
  request: SendRequest
  batch: Batch
  index: number
  /** Sent a second time because the peer had not processed it; there is no third. */
  resent: boolean
}

export interface Connection {
  readonly protocol: 'h2' | 'http/1.1'
  /** Requests written and not answered. */
  readonly inFlight: number
  /** How many more requests it takes now; 0 for good once it is closing. */
  readonly room: number
  /** Writes one request. Its answer comes through `settled`, exactly once. */
  start(job: Job): void
  /** Takes no more requests and closes after the last answer. */
  drain(): void
  /** Closes now; what is in flight fails as `unknown`. */
  destroy(): void
}

export interface ConnectionEvents {
  settled(job: Job, answer: Answer): void
  /** There may be room where there was none. Comes after `settled`, once for many of them. */
  freed(): void
  /** The peer wants less at a time. */
  pressed(): void
  /** It takes no more requests. Called once. */
  closed(connection: Connection): void
}

export interface ConnectionOptions {
  origin: URL
  timeoutMs: number
  idleMs: number
  /** Requests in flight on one connection, as of now. */
  limit: () => number
  /** What `limit` never exceeds. */
  maxInFlight: number
  /** Headers that never enter the peer's compression table. */
  unindexed: readonly string[]
  events: ConnectionEvents
}

/** A connected socket, with TLS on it. */
export interface SecureSocket {
  socket: Socket
  /** Hands over each piece that is read, and before that what has come already. The piece is good during the call. */
  read(take: (chunk: Buffer) => void): void
}

/** One way to speak HTTP/2. */
export interface Http2 {
  /** On a connected socket. Ready once the peer's first SETTINGS say how much it takes. */
  open(secure: SecureSocket, options: ConnectionOptions, signal: AbortSignal): Promise<Connection>
  /** It reads with `SecureSocket.read` alone; otherwise the socket is a usual stream. */
  readsInPlace: boolean
}

/** A stable name for what went wrong, never its message. */
export function codeOf(error: unknown, otherwise: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : otherwise
}
