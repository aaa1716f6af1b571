import { putBounded } from '../bounded.ts'
import { isSignedBy, readJwt } from '../crypto/jwt.ts'
import { readPoint } from '../crypto/p256.ts'

/** The words of Apple's web push service, the strictest of the four; the others give no words at all. */
export type VapidReason =
  | 'MissingAuthorization'
  | 'BadAuthorizationHeader'
  | 'BadJwtToken'
  | 'ExpiredJwtToken'

export type VapidCheck = { publicKey: string } | { reason: VapidReason }

const HEADER = /^vapid\s+(.+)$/i
const MAX_LIFETIME_SECONDS = 86_400
/** One second for clients that round up when they ask for a full day. */
const ROUNDING_SECONDS = 1
const VERIFIED_LIMIT = 1000

export interface Vapid {
  /** Checks the `authorization` header of a push to this service (RFC 8292 sections 2 to 4). */
  check(authorization: string | undefined): VapidCheck
}

/** A header is verified once and then known by its text until it expires. */
export function createVapid({ origin, now }: { origin(): string; now(): number }): Vapid {
  const verified = new Map<string, { publicKey: string; expiresAt: number }>()
  return {
    check: (authorization) => {
      if (authorization === undefined) return { reason: 'MissingAuthorization' }
      const nowSeconds = now() / 1000
      const known = verified.get(authorization) ?? verify(authorization, origin())
      if ('reason' in known) return known
      if (known.expiresAt <= nowSeconds) return { reason: 'ExpiredJwtToken' }
      if (known.expiresAt > nowSeconds + MAX_LIFETIME_SECONDS + ROUNDING_SECONDS)
        return { reason: 'BadJwtToken' }
      putBounded(verified, VERIFIED_LIMIT, authorization, known)
      return { publicKey: known.publicKey }
    },
  }
}

function verify(
  authorization: string,
  origin: string,
): { publicKey: string; expiresAt: number } | { reason: VapidReason } {
  const parameters = readParameters(authorization)
  if (!parameters) return { reason: 'BadAuthorizationHeader' }
  const point = readPoint(parameters.k)
  const jwt = readJwt(parameters.t)
  if (!point || !jwt || !isSignedBy(jwt, 'ES256', point.key)) return { reason: 'BadJwtToken' }
  const { aud, exp, sub } = jwt.claims
  if (aud !== origin || typeof exp !== 'number' || !isContact(sub)) return { reason: 'BadJwtToken' }
  return { publicKey: point.text, expiresAt: exp }
}

function readParameters(authorization: string): { t: string; k: string } | undefined {
  const list = HEADER.exec(authorization)?.[1]?.split(',') ?? []
  const pairs = list.map((part) => part.trim().split('=', 2) as [string, string?])
  const { t, k } = Object.fromEntries(pairs.map(([name, value]) => [name, value?.replace(/^"|"$/g, '')]))
  return t && k ? { t, k } : undefined
}

/** RFC 8292 section 2.1 recommends a contact; Apple demands one, and takes none at localhost. */
const isContact = (sub: unknown) =>
  typeof sub === 'string' &&
  (/^mailto:[^@\s]+@[^@\s]+$/.test(sub) || /^https:\/\/[^\s/]+/.test(sub)) &&
  !/@localhost$/.test(sub)
