/** Names in lower case. */
export type Headers = Readonly<Record<string, string>>

/** One request. `:method` is POST unless `method` says otherwise. */
export interface SendRequest {
  path: string
  /**
   * Headers that many requests have in common. Pass the same object each time and never change it: it is encoded once
   * for a connection, and it alone enters the peer's compression table.
   */
  shared?: Headers
  /** Headers of this request. */
  headers: Headers
  body: Uint8Array | string
  method?: 'POST' | 'GET' | 'DELETE'
}

export interface Response {
  status: number
  headers: Headers
  body: string
}

/**
 * Why there is no response.
 *
 * - `not_sent`: the peer did not process the request (refused stream, above the GOAWAY's last stream id, no
 *   connection): sending it again cannot make a duplicate.
 * - `unknown`: the stream or connection was cut after the request was written.
 * - `timeout`: written, and no complete answer within `timeoutMs`.
 */
export interface Failure {
  failure: 'not_sent' | 'unknown' | 'timeout'
  /** A stable name of what happened, such as `ECONNREFUSED`, `GOAWAY` or `REFUSED_STREAM`. */
  code: string
}

export type Answer = Response | Failure

export interface SenderOptions {
  /** Such as `https://api.push.apple.com:443`. */
  origin: string
  /** Offered by ALPN in this order. With `http/1.1` alone every connection carries one request at a time. */
  protocols?: readonly ('h2' | 'http/1.1')[]
  /** Added to Node's own trust store; PEM. */
  ca?: readonly string[]
  /** Client certificate, for providers that ask for one. */
  pfx?: { data: Uint8Array; passphrase: string }
  /** The same in PEM, the key not encrypted. */
  pem?: { certificate: string; key: string }
  /** From write to complete answer. Default 15,000. */
  timeoutMs?: number
  /** Requests in flight on one connection, below what the peer allows. Default 500. */
  maxInFlight?: number
  /** Default 1; HTTP/1.1 wants more. */
  maxConnections?: number
  /** Shared headers that stay out of the compression table all the same, such as Apple's `authorization`. */
  unindexed?: readonly string[]
  /** `http://[user:password@]host:port`: reach the origin through this proxy's CONNECT (RFC 9110, section 9.3.6). */
  proxy?: string
  /** Where a host name leads, instead of DNS. Used to keep user-supplied targets off private addresses. */
  lookup?: (hostname: string) => Promise<{ address: string; family: 4 | 6; port?: number }>
}

/**
 * A client for many small requests to one origin. Answers come in the order of the requests, once all of them
 * are answered or have failed; `send` itself rejects only when it is called wrongly. Connections open when
 * needed, are kept, and are replaced when the peer says GOAWAY.
 */
export interface Sender extends AsyncDisposable {
  /** `urgent` requests go before all others that wait. */
  send(requests: readonly SendRequest[], options?: { urgent?: boolean }): Promise<Answer[]>
  /** Closes the present connections; the next request opens new ones. */
  reconnect(): void
}

export type CreateSender = (options: SenderOptions) => Sender
