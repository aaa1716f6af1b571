import { createHash, createPrivateKey, sign } from 'node:crypto'

export interface SigningKey {
  /** PEM, PKCS#8, P-256. */
  key: string
  key_id: string
  team_id: string
}

interface ProviderJwt {
  /** The whole header value, `bearer …`. */
  authorization: string
  issuedAtMs: number
}

/** Apple takes a token for an hour; ten minutes are left for clocks that differ. */
const lifetimeMs = 50 * 60 * 1000
/** Apple answers TooManyProviderTokenUpdates to more than one new token in this time. */
const shortestLifetimeMs = 20 * 60 * 1000

/**
 * Apple counts new tokens per key, whoever made them, so all lanes of this process share one for each
 * (team, key). The private key is part of the name: a mistyped key must not spoil the right one.
 */
const tokens = new Map<string, ProviderJwt>()

/** The present authorization header for a key; a new one is signed after 50 minutes. */
export function apnsAuthorization(key: SigningKey, nowMs: number): string {
  const name = nameOf(key)
  const known = tokens.get(name)
  if (known !== undefined && isFresh(known, nowMs)) return known.authorization
  forgetOld(nowMs)
  const made = { authorization: `bearer ${signJwt(key, nowMs)}`, issuedAtMs: nowMs }
  tokens.set(name, made)
  return made.authorization
}

/**
 * Another authorization than `rejected`, which Apple called expired. Null when it is the present one and less
 * than 20 minutes old: then the clocks differ, and a new token would only be refused as well.
 */
export function renewedAuthorization(key: SigningKey, rejected: string, nowMs: number): string | null {
  const known = tokens.get(nameOf(key))
  if (known?.authorization === rejected) {
    if (nowMs - known.issuedAtMs < shortestLifetimeMs) return null
    tokens.delete(nameOf(key))
  }
  return apnsAuthorization(key, nowMs)
}

/** A clock that was set back makes a token from the future, which Apple refuses. */
function isFresh({ issuedAtMs }: ProviderJwt, nowMs: number): boolean {
  return nowMs - issuedAtMs < lifetimeMs && nowMs >= issuedAtMs
}

function forgetOld(nowMs: number): void {
  for (const [name, token] of tokens) if (!isFresh(token, nowMs)) tokens.delete(name)
}

function nameOf({ key, key_id, team_id }: SigningKey): string {
  return `${team_id} ${key_id} ${createHash('sha256').update(key).digest('base64url')}`
}

/** ES256 with the raw r‖s signature of JOSE (RFC 7518, section 3.4); `iat` is a number. */
function signJwt({ key, key_id, team_id }: SigningKey, nowMs: number): string {
  const signed = `${base64url({ alg: 'ES256', kid: key_id })}.${base64url({
    iss: team_id,
    iat: Math.floor(nowMs / 1000),
  })}`
  const signature = sign('sha256', Buffer.from(signed), {
    key: createPrivateKey(key),
    dsaEncoding: 'ieee-p1363',
  })
  return `${signed}.${signature.toString('base64url')}`
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
