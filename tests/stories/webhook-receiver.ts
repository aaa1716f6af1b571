import { timingSafeEqual, webcrypto } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { makeAuthority, makeServerCertificate } from '../../packages/sandbox/src/crypto/certificate.ts'

export interface Received {
  path: string
  id: string
  timestampSeconds: number
  signatures: string
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever was sent.
  event: any
}

export type Reply = { status: number; headers?: Record<string, string>; body?: string } | 'hang' | 'cut'

export type Receiver = Awaited<ReturnType<typeof startReceiver>>

/** Somebody's HTTPS server on loopback: keeps what it gets, and answers each path as a test wants. */
export async function startReceiver() {
  const authority = makeAuthority()
  const { certificate: cert, key } = makeServerCertificate(authority)
  const replies = new Map<string, (received: Received) => Reply>()
  const received: Received[] = []
  const server = createServer({ cert, key }, (request, response) => void answer(request, response))

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const one = receivedOf(request, Buffer.concat(chunks).toString())
    received.push(one)
    const reply = replies.get(one.path)?.(one) ?? { status: 204 }
    if (reply === 'hang') return
    if (reply === 'cut') return void request.socket.destroy()
    response.writeHead(reply.status, reply.headers).end(reply.body)
  }

  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const stop = async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    origin: `https://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    caPem: authority.certificate,
    received,
    at: (path: string) => received.filter((each) => each.path === path),
    reply: (path: string, to: (received: Received) => Reply) => replies.set(path, to),
    stop,
    startAgain: () => listen(port),
    close: () => (server.listening ? stop() : undefined),
  }
}

function receivedOf({ headers, url = '' }: IncomingMessage, text: string): Received {
  return {
    path: url,
    id: String(headers['webhook-id']),
    timestampSeconds: Number(headers['webhook-timestamp']),
    signatures: String(headers['webhook-signature']),
    text,
    event: JSON.parse(text),
  }
}

/**
 * What a receiver does by Standard Webhooks, written from its page and on Web Crypto: how many of the signatures are
 * this secret's.
 */
export async function signaturesBy(
  secret: string,
  { id, timestampSeconds, text, signatures }: Received,
): Promise<number> {
  const raw = Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (character) => character.charCodeAt(0))
  const key = await webcrypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const signed = new TextEncoder().encode(`${id}.${timestampSeconds}.${text}`)
  const expected = Buffer.from(await webcrypto.subtle.sign('HMAC', key, signed))
  return signatures.split(' ').filter((signature) => {
    const [version, value = ''] = signature.split(',')
    const given = Buffer.from(value, 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  }).length
}
