import type { AnswerOf, BodyOf, Endpoint, ParamsOf, QueryOf, Scope } from '@carillon/contract'
import type { Db, Tx } from './store.ts'

/** Who is calling. */
export interface Caller {
  workspaceId: string
  kind: 'console' | 'secret' | 'publishable' | 'anonymous'
  /** Names the credential in idempotency keys and logs; never the secret. */
  id: string
  name: string
  scopes: readonly Scope[]
  /** The one app that a publishable key belongs to. */
  appId: string | null
}

/** What a handler gets: validated input, the caller and the database. */
export interface Call<E, Connection> {
  params: ParamsOf<E>
  query: QueryOf<E>
  body: BodyOf<E>
  caller: Caller
  /** In a GET a plain connection; in anything else the transaction that also holds the idempotency key. */
  db: Connection
  requestId: string
  /** Path and query as they were called, and a header by its name in lower case: for callers who sign them. */
  path: string
  header(name: string): string | undefined
  /**
   * Tells the audit of an untied change, in the transaction that makes it. Where a handler does not, it is told once
   * the handler has succeeded; of a change that is a transaction itself it is told by that one.
   */
  audit(tx: Tx): Promise<void>
  /** The request went away: a long answer may stop. */
  signal: AbortSignal
  /** Another successful status than the endpoint's first. */
  setStatus(status: number): void
}

/** One mounted operation. 99-http checks access, validates, opens the transaction and answers problems. */
export interface Route {
  endpoint: Endpoint
  kind: 'read' | 'write' | 'untied' | 'stream'
  handle(call: never): Promise<unknown> | AsyncIterable<string>
}

/** A GET. */
export function read<E extends Endpoint>(
  endpoint: E,
  handle: (call: Call<E, Db>) => Promise<AnswerOf<E>>,
): Route {
  return { endpoint, kind: 'read', handle }
}

/** A change: handler and idempotency key commit together or not at all, so it must not wait for a network. */
export function write<E extends Endpoint>(
  endpoint: E,
  handle: (call: Call<E, Tx>) => Promise<AnswerOf<E> | undefined>,
): Route {
  return { endpoint, kind: 'write', handle }
}

/** A change that waits for something outside the database; it must be safe to repeat. */
export function untied<E extends Endpoint>(
  endpoint: E,
  handle: (call: Call<E, Db>) => Promise<AnswerOf<E> | undefined>,
): Route {
  return { endpoint, kind: 'untied', handle }
}

/** Server-sent events: each yielded text becomes one `data:` line. */
export function stream<E extends Endpoint>(
  endpoint: E,
  handle: (call: Call<E, Db>) => AsyncIterable<string>,
): Route {
  return { endpoint, kind: 'stream', handle }
}
