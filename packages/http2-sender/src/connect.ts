import { isIP } from 'node:net'
import {
  checkServerIdentity,
  connect as connectTls,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import { type Connection, type ConnectionOptions, codeOf } from './connection.ts'
import { h1Connection } from './h1-connection.ts'
import { openH2 } from './h2-connection.ts'
import type { SenderOptions } from './sender.ts'

export type Target = Required<Pick<SenderOptions, 'protocols'>> & Pick<SenderOptions, 'lookup'>

/** Why there is no connection; `code` is a stable name such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
export interface ConnectFailure {
  connectFailure: string
}

/**
 * Opens a connection: address, TLS with the certificate checked against the origin's name, and the protocol
 * that ALPN gave. Aborted by `signal`, whose reason should carry a `code`.
 */
export async function connect(
  target: Target,
  context: SecureContext | undefined,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<Connection | ConnectFailure> {
  let socket: TLSSocket | undefined
  try {
    socket = await connectSocket(target, context, options.origin, signal)
    const protocol = socket.alpnProtocol || 'http/1.1'
    if (protocol === 'h2') return await openH2(socket, options, signal)
    if (target.protocols.includes('http/1.1')) return h1Connection(socket, options)
    socket.destroy()
    return { connectFailure: 'ALPN_NO_H2' }
  } catch (error) {
    socket?.destroy()
    return { connectFailure: codeOf(signal.aborted ? signal.reason : error, 'CONNECT_FAILED') }
  }
}

async function connectSocket(
  { protocols, lookup }: Target,
  secureContext: SecureContext | undefined,
  origin: URL,
  signal: AbortSignal,
): Promise<TLSSocket> {
  // URL keeps the brackets of an IPv6 address.
  const name = origin.hostname.replace(/^\[|\]$/g, '')
  const place = lookup === undefined ? { address: name } : await Promise.race([lookup(name), aborted(signal)])
  const socket = connectTls({
    host: place.address,
    port: ('port' in place ? place.port : undefined) ?? (Number(origin.port) || 443),
    // Names only (RFC 6066, section 3).
    servername: isIP(name) ? '' : name,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    ALPNProtocols: [...protocols],
    secureContext,
  })
  // Stays for the socket's life: an error after the last answer concerns nobody.
  socket.on('error', () => undefined)
  socket.setNoDelay(true)
  await secured(socket, signal)
  return socket
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

/** Parsing Node's trust store takes milliseconds, so senders that add the same list share the result. */
const contexts = new WeakMap<readonly string[], SecureContext>()

/** Undefined leaves Node's own default. Throws when the client certificate cannot be read. */
export function secureContextOf({ ca = [], pfx }: SenderOptions): SecureContext | undefined {
  const trusted = ca.length > 0 ? [...getCACertificates('default'), ...ca] : undefined
  if (pfx !== undefined) {
    return createSecureContext({ ca: trusted, pfx: Buffer.from(pfx.data), passphrase: pfx.passphrase })
  }
  if (trusted === undefined) return undefined
  const context = contexts.get(ca) ?? createSecureContext({ ca: trusted })
  contexts.set(ca, context)
  return context
}
