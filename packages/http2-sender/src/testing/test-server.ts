import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')

export interface TestRequest {
  method: string
  path: string
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: string
  httpVersion: string
  /** Undefined on HTTP/1.1. */
  stream: ServerHttp2Stream | undefined
  socket: TLSSocket
  /** Destroys the connection beneath, without a word. */
  cut(): void
}

export interface TestReply {
  status: number
  headers?: Record<string, string>
  body?: string
}

export interface TestServerOptions {
  protocols?: 'h2' | 'http/1.1' | 'both'
  settings?: Settings
  /** Asks for a client certificate, without checking who signed it. */
  requestCert?: boolean
  /** To watch or break a session beneath its requests. */
  onSession?: (session: ServerHttp2Session) => void
  /** Undefined answers nothing: the request hangs, or the handler has dealt with the stream. */
  handle: (request: TestRequest) => TestReply | undefined | Promise<TestReply | undefined>
}

export interface TestServer extends AsyncDisposable {
  /** `https://localhost:PORT` */
  origin: string
  port: number
  /** What a client must trust. */
  ca: readonly string[]
  /** Every request that was read whole, in order. */
  requests: TestRequest[]
  /** Connections accepted so far. */
  connections(): number
  sessions: Set<ServerHttp2Session>
}

/** A real TLS server on a free port of the loopback, for the tests of whoever sends. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const { protocols = 'h2', settings, requestCert = false } = options
  const requests: TestRequest[] = []
  const sessions = new Set<ServerHttp2Session>()
  const sockets = new Set<Socket>()
  let accepted = 0
  const tls = {
    key: read('./localhost-key.pem'),
    cert: read('./localhost-cert.pem'),
    requestCert,
    rejectUnauthorized: false,
  }
  const answer = (
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ) => serve(request, response, { requests, sockets, handle: options.handle })
  const server =
    protocols === 'http/1.1'
      ? createServer(tls, answer)
      : createSecureServer({ ...tls, settings, allowHTTP1: protocols === 'both' }, answer)
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session)
    options.onSession?.(session)
    session.on('error', () => undefined)
    session.on('close', () => sessions.delete(session))
  })
  server.on('connection', (socket: Socket) => {
    accepted++
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `https://localhost:${port}`,
    port,
    ca: [tls.cert],
    requests,
    sessions,
    connections: () => accepted,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

interface Serving extends Pick<TestServerOptions, 'handle'> {
  requests: TestRequest[]
  sockets: Set<Socket>
}

async function serve(
  incoming: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
  { requests, sockets, handle }: Serving,
): Promise<void> {
  const stream = 'stream' in incoming ? incoming.stream : undefined
  stream?.on('error', () => undefined)
  let body = ''
  incoming.setEncoding('utf8')
  try {
    for await (const chunk of incoming) body += chunk
  } catch {
    // The client cut it; there is nobody to answer.
    return
  }
  const request: TestRequest = {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    body,
    httpVersion: incoming.httpVersion,
    stream,
    socket: incoming.socket as TLSSocket,
    cut() {
      for (const socket of sockets) if (socket.remotePort === incoming.socket.remotePort) socket.destroy()
    },
  }
  requests.push(request)
  const reply = await handle(request)
  if (reply === undefined || stream?.destroyed) return
  ;(response as ServerResponse).writeHead(reply.status, reply.headers)
  response.end(reply.body ?? '')
}
