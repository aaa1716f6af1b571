import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { pointOf } from './encrypt.ts'

/** A P-256 pair as browsers and services write it: base64url of the uncompressed point and of the scalar. */
export interface VapidKeys {
  public_key: string
  private_key: string
}

/** A new pair. Every subscription is bound to the pair that it was made with. */
export function generateVapidKeys(): VapidKeys {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return {
    public_key: pointOf(publicKey).toString('base64url'),
    private_key: privateKey.export({ format: 'jwk' }).d ?? '',
  }
}

/** The private key of a pair that was checked when it was saved. */
export function vapidPrivateKey({ public_key, private_key }: VapidKeys): KeyObject {
  const point = Buffer.from(public_key, 'base64url')
  return createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
      d: private_key,
    },
  })
}

/** RFC 8292, section 2, allows 24 hours; half of that bears a clock that is wrong by hours. */
const tokenLifeSeconds = 12 * 3600

export interface VapidSignerOptions extends VapidKeys {
  /** `mailto:` or https, see `credential.ts`. */
  subject: string
  /** Epoch milliseconds. */
  now: () => number
  /** Origins whose token is kept; strangers choose the origins. */
  maxOrigins: number
}

export interface VapidSigner {
  /** The `authorization` header for an origin: one token per origin, renewed at half its life. */
  headerFor(origin: string): string
  /** Makes a new token next time: the present one was refused, so the clock may have been wrong. */
  forget(origin: string): void
}

/** Signing costs about 0.1 ms, so a token is used for every message to its origin. */
export function createVapidSigner(options: VapidSignerOptions): VapidSigner {
  const privateKey = vapidPrivateKey(options)
  const kept = new Map<string, { header: string; renewAtSeconds: number }>()

  function makeHeader(origin: string, nowSeconds: number): string {
    const claims = { aud: origin, exp: nowSeconds + tokenLifeSeconds, sub: options.subject }
    const header = `vapid t=${signToken(privateKey, claims)}, k=${options.public_key}`
    kept.delete(origin)
    kept.set(origin, { header, renewAtSeconds: nowSeconds + tokenLifeSeconds / 2 })
    for (const oldest of kept.keys()) {
      if (kept.size <= options.maxOrigins) break
      kept.delete(oldest)
    }
    return header
  }

  return {
    headerFor(origin) {
      const nowSeconds = Math.floor(options.now() / 1000)
      const present = kept.get(origin)
      if (present && nowSeconds < present.renewAtSeconds) return present.header
      return makeHeader(origin, nowSeconds)
    },
    forget: (origin) => kept.delete(origin),
  }
}

/** RFC 8292, section 2: a JWT with ES256, whose signature is r and s side by side (RFC 7518, section 3.4). */
export function signToken(key: KeyObject, claims: { aud: string; exp: number; sub: string }): string {
  const signed = `${jsonPart({ typ: 'JWT', alg: 'ES256' })}.${jsonPart(claims)}`
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}

function jsonPart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
