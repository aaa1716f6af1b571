import type { IncomingHttpHeaders } from 'node:http'
import type { DeviceIdentity } from '../device-token.ts'

/** One connection of a client; the same object for all its requests. */
export interface Connection {
  /** The client certificate (DER) that came with the handshake, and whether our authority issued it. */
  peer: { certificate: Buffer; isTrusted: boolean } | undefined
  /** Tells an HTTP/2 client how many streams it may have open from now on. */
  allowStreams(count: number): void
}

export interface ProviderRequest {
  method: string
  /** With its query. */
  path: string
  headers: IncomingHttpHeaders
  /** HTTP/2 only: some header came twice. */
  hasDuplicateHeaders: boolean
  /** At most a little over 64 KiB are kept, far more than any provider takes. */
  body: Buffer
  connection: Connection
}

export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: string
}

/** The ways to end a request; a `hang` uses none of them. */
export interface Reply {
  answer(answer: Answer): void
  /** HTTP/2: RST_STREAM, HTTP/1.1: the connection is cut. The request had been read in full. */
  reset(): void
  /** HTTP/2: GOAWAY that leaves this request out, with its reason as JSON. HTTP/1.1: as `reset`. */
  goAway(reason: string): void
}

export type RequestHandler = (request: ProviderRequest, reply: Reply) => void

/** A push that reached a virtual phone. */
export interface Arrival {
  identity: DeviceIdentity
  app: string
  deliveryId: string | undefined
  headers: IncomingHttpHeaders
  /** As the platform's own message: an object, or text where the message is no JSON. */
  payload: unknown
}

/** What an emulator makes of a request. `reason` is the provider's own word, for the statistics. */
export type Judgement =
  | { result: 'accepted'; answer: Answer; arrival?: Arrival; deliveryId?: string; delayMs?: number }
  | { result: 'refused'; answer: Answer; reason: string }
  | { result: 'token_minted'; answer: Answer }
  | { result: 'handled'; answer: Answer }
  | { result: 'reset' }
  | { result: 'goaway' }
