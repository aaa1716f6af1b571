import { isIP, Socket, type SocketConstructorOpts } from 'node:net'
import {
  checkServerIdentity,
  connect as connectTls,
  type TLSSocket,
  type ConnectionOptions as TlsOptions,
} from 'node:tls'
import { createSpreadingLookup } from './addresses.ts'
import { type Connection, type ConnectionOptions, codeOf, type Http2 } from './connection.ts'
import { h1Connection } from './h1-connection.ts'
import { createInlet, type Inlet } from './inlet.ts'
import { proxyOf, tunnel } from './proxy.ts'
import type { SenderOptions } from './sender.ts'
import { ciphers, secureContextOf } from './trust.ts'

/** Why there is no connection; `code` is a stable name such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
export interface ConnectFailure {
  connectFailure: string
}

export interface Connector {
  origin: URL
  /** Aborted by `signal`, whose reason should carry a `code`. */
  connect(options: ConnectionOptions, signal: AbortSignal): Promise<Connection | ConnectFailure>
}

/**
 * Opens connections to one origin: address or proxy, TLS with the certificate checked against the origin's name, and
 * the protocol that ALPN gave. Throws when the options cannot be used.
 */
export function createConnector(options: SenderOptions, http2: Http2): Connector {
  const { protocols = ['h2'], lookup } = options
  const origin = originOf(options.origin)
  const proxy = options.proxy === undefined ? undefined : proxyOf(options.proxy)
  const secureContext = secureContextOf(options)
  const spread = createSpreadingLookup()
  // URL keeps the brackets of an IPv6 address.
  const name = origin.hostname.replace(/^\[|\]$/g, '')
  /** Lets the next connection resume, which spares both sides most of the handshake. */
  let session: Buffer | undefined

  async function connect(
    connectionOptions: ConnectionOptions,
    signal: AbortSignal,
  ): Promise<Connection | ConnectFailure> {
    let socket: TLSSocket | undefined
    try {
      const place = await placeOf(signal)
      const tunnelled = proxy && (await tunnel(proxy, place, signal))
      const inlet = http2.readsInPlace && !tunnelled ? createInlet() : undefined
      socket = tls(tunnelled ?? place, inlet)
      await secured(socket, signal)
      keepSession(socket)
      return await speak({ socket, inlet }, connectionOptions, signal)
    } catch (error) {
      socket?.destroy()
      session = undefined
      return { connectFailure: codeOf(signal.aborted ? signal.reason : error, 'CONNECT_FAILED') }
    }
  }

  async function placeOf(signal: AbortSignal): Promise<{ host: string; port: number }> {
    const found = await (lookup && Promise.race([lookup(name), aborted(signal)]))
    return { host: found?.address ?? name, port: found?.port ?? (Number(origin.port) || 443) }
  }

  function tls(to: Socket | { host: string; port: number }, inlet: Inlet | undefined): TLSSocket {
    // Node's types know of `onread` for plain sockets alone.
    const tlsOptions: TlsOptions & Pick<SocketConstructorOpts, 'onread'> = {
      ...(to instanceof Socket ? { socket: to.setNoDelay(true) } : { ...to, lookup: spread }),
      onread: inlet?.onread,
      // Names only (RFC 6066, section 3).
      servername: isIP(name) ? '' : name,
      checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
      ALPNProtocols: [...protocols],
      secureContext,
      ciphers,
      session,
    }
    const socket = connectTls(tlsOptions)
    // Stays for the socket's life: an error after the last answer concerns nobody.
    socket.on('error', () => undefined)
    socket.setNoDelay(true)
    return socket
  }

  /** Only of a peer whose certificate was checked: a resumed session is not checked again. */
  function keepSession(socket: TLSSocket): void {
    if (socket.getProtocol() === 'TLSv1.2') session = socket.getSession()
    socket.on('session', (ticket) => {
      session = ticket
    })
  }

  async function speak(
    { socket, inlet }: { socket: TLSSocket; inlet: Inlet | undefined },
    connectionOptions: ConnectionOptions,
    signal: AbortSignal,
  ): Promise<Connection | ConnectFailure> {
    const protocol = socket.alpnProtocol || 'http/1.1'
    if (protocol === 'h2') {
      const read = inlet?.read ?? ((take: (chunk: Buffer) => void) => void socket.on('data', take))
      return await http2.open({ socket, read }, connectionOptions, signal)
    }
    if (protocols.includes('http/1.1')) {
      inlet?.readAsStream(socket)
      return h1Connection(socket, connectionOptions)
    }
    socket.destroy()
    return { connectFailure: 'ALPN_NO_H2' }
  }

  return { origin, connect }
}

function originOf(text: string): URL {
  const origin = new URL(text)
  if (origin.protocol === 'https:') return origin
  throw new TypeError(`A sender's origin must be https, not ${origin.protocol}`)
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function secured(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => socket.destroy(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', reject)
    socket.once('close', () => reject(Object.assign(new Error('closed early'), { code: 'ECONNRESET' })))
    socket.once('secureConnect', () => {
      signal.removeEventListener('abort', abort)
      resolve()
    })
  })
}
