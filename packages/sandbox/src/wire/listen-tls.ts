import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { createServer } from 'node:tls'
import type { Certified } from '../crypto/certificate.ts'
import type { Connection, RequestHandler } from './exchange.ts'
import { createHttp1 } from './serve-http1.ts'
import { serveHttp2 } from './serve-http2.ts'

export interface TlsListenerOptions {
  host: string
  /** 0 takes a free one. */
  port: number
  server: Certified
  /** Ask clients for a certificate of this authority; they may come without one. */
  clientAuthority?: string
  protocols: ('h2' | 'http/1.1')[]
  maxConcurrentStreams: number
  /** Called for each new connection; `false` resets it before the handshake. */
  admit(): boolean
  handle: RequestHandler
}

export interface TlsListener {
  port: number
  /** Cuts the connections that are open now. */
  cut(): void
  close(): Promise<void>
}

/** One provider's port: TLS 1.2 or better, HTTP/2 and HTTP/1.1 as ALPN decides. */
export async function listenTls(options: TlsListenerOptions): Promise<TlsListener> {
  const connections = new WeakMap<Socket, Connection>()
  const http1 = createHttp1((socket) => connections.get(socket) as Connection, options.handle)
  const open = new Set<Socket>()
  const server = createServer({
    cert: options.server.certificate,
    key: options.server.key,
    ca: options.clientAuthority,
    requestCert: options.clientAuthority !== undefined,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ALPNProtocols: options.protocols,
  })
  server.prependListener('connection', (socket: Socket) => {
    if (!options.admit()) return socket.resetAndDestroy()
    socket.setNoDelay(true)
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  // A client that does not trust us, or leaves during the handshake, is its own concern.
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  server.on('secureConnection', (socket) => {
    const connection = { peer: peerOf(socket), allowStreams: () => {} }
    connections.set(socket, connection)
    socket.on('error', () => socket.destroy())
    if (socket.alpnProtocol === 'h2')
      return serveHttp2(socket, connection, options.maxConcurrentStreams, options.handle)
    if (options.protocols.includes('http/1.1')) return http1.emit('connection', socket)
    socket.destroy()
  })
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}

function peerOf(socket: TLSSocket): Connection['peer'] {
  const certificate = socket.getPeerCertificate()?.raw
  return certificate && { certificate, isTrusted: socket.authorized }
}
