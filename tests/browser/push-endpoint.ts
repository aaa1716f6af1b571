import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { importJWK, jwtVerify } from 'jose'
import type { Certificate } from './certificate.ts'
import { listen } from './listen.ts'

export interface PushEndpointOptions {
  certificate: Certificate
  /** The origin that senders know it by; default its own. */
  origin?: string
  /** The VAPID public key (base64url) that a subscription was made for; undefined when there is none. */
  keyOf: (id: string) => string | undefined
  /** Hands a push to the browser. */
  deliver: (push: Push) => void
}

export interface Push {
  id: string
  /** Empty for a push without content. */
  body: Buffer
  ttlSeconds: number
}

export interface PushEndpoint extends AsyncDisposable {
  origin: string
  port: number
  /** What was accepted, oldest first. */
  accepted: Push[]
}

const daySeconds = 86_400

/** The HTTPS side of a push service (RFC 8030) that is as strict as the real ones. */
export async function startPushEndpoint(options: PushEndpointOptions): Promise<PushEndpoint> {
  const { cert, key } = options.certificate
  const accepted: Push[] = []
  const server = createServer({ cert, key }, async (request, response) => {
    const status = await judge(request)
    response.writeHead(status, status === 201 ? { location: `${origin}/message/${randomUUID()}` } : {}).end()
  })
  const listening = await listen(server)
  const origin = options.origin ?? `https://localhost:${listening.port}`

  async function judge(request: IncomingMessage): Promise<number> {
    const id = request.url?.split('/').at(-1) ?? ''
    const body = await buffer(request)
    const ttlSeconds = Number(request.headers.ttl)
    const vapidKey = options.keyOf(id)
    if (request.method !== 'POST') return 405
    if (vapidKey === undefined) return 410
    if (!Number.isInteger(ttlSeconds) || request.headers['content-encoding'] !== 'aes128gcm') return 400
    if (!(await isSigned(request.headers.authorization, vapidKey, origin))) return 401
    if (body.length > 4096) return 413
    accepted.push({ id, body, ttlSeconds })
    options.deliver({ id, body, ttlSeconds })
    return 201
  }

  return { ...listening, origin, accepted }
}

/** RFC 8292: signed for this service, by the key that the subscription was made for. */
async function isSigned(authorization: string | undefined, vapidKey: string, audience: string) {
  const [, token, key] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization ?? '') ?? []
  if (!token || !key || key !== vapidKey.replace(/=+$/, '')) return false
  const point = Buffer.from(key, 'base64url')
  const coordinate = (start: number) => point.subarray(start, start + 32).toString('base64url')
  const jwk = await importJWK({ kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) }, 'ES256')
  return jwtVerify(token, jwk, { audience, requiredClaims: ['exp', 'sub'] }).then(
    ({ payload: { exp = 0 } }) => exp <= Date.now() / 1000 + daySeconds,
    () => false,
  )
}
