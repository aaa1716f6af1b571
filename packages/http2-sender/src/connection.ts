import type { Answer, SendRequest } from './sender.ts'

/** Where the answers of one `send` are gathered. */
export interface Batch {
  answers: Answer[]
  /** How many answers are still missing. */
  open: number
  resolve: (answers: Answer[]) => void
}

/** One request on its way, and the place its answer belongs to. */
export interface Job {
  request: SendRequest
  /** Names whose values change from request to request: kept out of the header compression table. */
  varying: readonly string[]
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
  /** There may be room where there was none. */
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
  events: ConnectionEvents
}

/** A stable name for what went wrong, never its message. */
export function codeOf(error: unknown, otherwise: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : otherwise
}
