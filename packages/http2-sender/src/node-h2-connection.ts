import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectSession,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  sensitiveHeaders,
} from 'node:http2'
import type { Socket } from 'node:net'
import { createBodyText } from './body-text.ts'
import {
  type Connection,
  type ConnectionOptions,
  codeOf,
  type Http2,
  type Job,
  type SecureSocket,
} from './connection.ts'
import { createDeadlines } from './deadlines.ts'
import { codeOfReset } from './h2/error-codes.ts'
import { isSendable } from './header-rules.ts'
import type { Failure, Response, SendRequest } from './sender.ts'

/** A request that was written, until its answer is known. */
interface Flight {
  job: Job
  stream: ClientHttp2Stream
  writtenAt: number
}

/** Speaks HTTP/2 by way of node:http2. */
export const nodeHttp2: Http2 = { open, readsInPlace: false }

async function open(
  { socket }: SecureSocket,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<Connection> {
  const session = connectSession(options.origin, {
    createConnection: () => socket,
    settings: { enablePush: false },
    // Megabytes. The default of 10 refuses streams as soon as a few thousand are under way.
    maxSessionMemory: 1000,
  })
  await firstSettings(session, signal)
  return h2Connection(session, socket, options)
}

function firstSettings(session: ClientHttp2Session, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => session.destroy(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    session.once('remoteSettings', () => {
      signal.removeEventListener('abort', abort)
      resolve()
    })
    // Also later on: the streams carry the error to whom it concerns.
    session.on('error', reject)
    session.once('close', () => reject(Object.assign(new Error('closed early'), { code: 'ECONNRESET' })))
  })
}

function h2Connection(
  session: ClientHttp2Session,
  socket: Socket,
  { timeoutMs, idleMs, limit, unindexed, events }: ConnectionOptions,
): Connection {
  const flights = createDeadlines<Flight>(timeoutMs, timedOut)
  const idle = setTimeout(closeWhenIdle, idleMs).unref()
  // GOAWAY may have come in one packet with the first SETTINGS.
  let closing = session.closed || session.destroyed
  let lastAnswerAt = 0
  let goawayLastId: number | undefined

  const connection: Connection = {
    protocol: 'h2',
    get inFlight() {
      return flights.size
    },
    get room() {
      // A broken session is of no use before it tells of its end.
      if (closing || session.closed || session.destroyed) return 0
      return Math.max(0, streamLimit() - flights.size)
    },
    start,
    drain,
    destroy() {
      close()
      session.destroy()
      socket.destroy()
    },
  }

  session.on('remoteSettings', events.freed)
  session.on('goaway', (errorCode, lastStreamId) => {
    goawayLastId = lastStreamId
    if (errorCode === constants.NGHTTP2_ENHANCE_YOUR_CALM) events.pressed()
    drain()
  })
  session.on('close', close)
  // An idle connection does not keep the process alive.
  session.unref()
  return connection

  /** A peer that allows none at all would hold the queue for ever: one is tried, and times out. */
  function streamLimit(): number {
    return Math.max(
      1,
      Math.min(session.remoteSettings.maxConcurrentStreams ?? Number.POSITIVE_INFINITY, limit()),
    )
  }

  function start(job: Job): void {
    let stream: ClientHttp2Stream
    try {
      // Nobody else looks at paths and values.
      if (!isSendable(job.request)) throw new TypeError('no HTTP message can carry this')
      stream = session.request(headersOf(job.request, unindexed), { endStream: false })
      stream.end(job.request.body)
    } catch (error) {
      // Nothing was written.
      events.settled(job, { failure: 'not_sent', code: codeOf(error, 'INVALID_REQUEST') })
      return
    }
    if (flights.size === 0) session.ref()
    const flight = { job, stream, writtenAt: performance.now() }
    flights.add(flight)
    listen(
      stream,
      (response) => settle(flight, response),
      (cause) => settle(flight, failureOf(stream, cause, goawayLastId)),
    )
  }

  function settle(flight: Flight, answer: Response | Failure): void {
    if (!flights.remove(flight)) return
    if ('status' in answer) lastAnswerAt = performance.now()
    else if (wantsLess(answer, closing)) events.pressed()
    if (flights.size === 0) rest()
    events.settled(flight.job, answer)
    events.freed()
  }

  function timedOut(flight: Flight): void {
    flight.stream.close(constants.NGHTTP2_CANCEL)
    // Nothing came back since this was written: the connection may be dead without anybody saying so.
    if (lastAnswerAt < flight.writtenAt) close()
    if (flights.size === 0) rest()
    events.settled(flight.job, { failure: 'timeout', code: 'TIMEOUT' })
    events.freed()
  }

  function rest(): void {
    if (closing) return connection.destroy()
    session.unref()
    idle.refresh()
  }

  /** What is busy at this moment starts to wait anew when it comes to rest. */
  function closeWhenIdle(): void {
    if (flights.size === 0) drain()
  }

  function drain(): void {
    close()
    if (flights.size === 0) connection.destroy()
  }

  function close(): void {
    if (closing) return
    closing = true
    clearTimeout(idle)
    events.closed(connection)
  }
}

/** Of the two only the first call counts: a stream that was answered is closed as well. */
function listen(
  stream: ClientHttp2Stream,
  answered: (response: Response) => void,
  closed: (cause: unknown) => void,
): void {
  const body = createBodyText()
  let head: IncomingHttpHeaders | undefined
  let cause: unknown
  // 1xx answers come as 'headers' and are of no interest.
  stream.on('response', (headers) => {
    head = headers
  })
  stream.on('data', body.add)
  stream.on('end', () => {
    // A RST_STREAM after the complete response is no failure: some servers answer before they have read all. But a
    // stream that is cut also ends, and only the code tells the two apart.
    if (head !== undefined && stream.rstCode === constants.NGHTTP2_NO_ERROR) {
      answered(responseOf(head, body.text()))
    }
  })
  stream.on('error', (error) => {
    cause = error
  })
  stream.on('close', () => closed(cause))
}

/** What is not shared would only push the rest out of the compression table (RFC 7541, section 7.1.3). */
function headersOf(request: SendRequest, unindexed: readonly string[]): OutgoingHttpHeaders {
  return {
    ':method': request.method ?? 'POST',
    ':path': request.path,
    ...request.shared,
    ...request.headers,
    [sensitiveHeaders]: [...unindexed, ...Object.keys(request.headers)],
  }
}

function responseOf(head: IncomingHttpHeaders, body: string): Response {
  const headers: Record<string, string> = {}
  for (const name in head) {
    const value = head[name]
    if (name !== ':status' && value !== undefined) headers[name] = String(value)
  }
  return { status: Number(head[':status']), headers, body }
}

/** RFC 9113, 6.8 and 8.7: above GOAWAY's last id, or refused, means that the request was not processed. */
function failureOf(stream: ClientHttp2Stream, cause: unknown, goawayLastId: number | undefined): Failure {
  const id = stream.id
  if (id === undefined) return { failure: 'not_sent', code: codeOf(cause, 'CONNECTION_CLOSED') }
  if (goawayLastId !== undefined && id > goawayLastId) return { failure: 'not_sent', code: 'GOAWAY' }
  if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) {
    return { failure: 'not_sent', code: 'REFUSED_STREAM' }
  }
  if (goawayLastId !== undefined) return { failure: 'unknown', code: 'GOAWAY' }
  return { failure: 'unknown', code: codeOfCut(stream.rstCode, cause) }
}

function codeOfCut(rstCode: number, cause: unknown): string {
  const code = codeOf(cause, 'ERR_HTTP2_STREAM_ERROR')
  return code === 'ERR_HTTP2_STREAM_ERROR' ? codeOfReset(rstCode) : code
}

function wantsLess(answer: Failure, closing: boolean): boolean {
  return answer.code === 'ENHANCE_YOUR_CALM' || (answer.code === 'REFUSED_STREAM' && !closing)
}
