import { createHash, createPrivateKey, sign } from 'node:crypto'
import type { TokenShelf } from '../channel.ts'

export interface SigningKey {
  /** PEM, PKCS#8, P-256. */
  key: string
  key_id: string
  team_id: string
}

interface ProviderJwt {
  token: string
  issuedAtMs: number
}

/** Apple takes a token for an hour; ten minutes are left for clocks that differ. */
const lifetimeMs = 50 * 60 * 1000
/** Apple answers TooManyProviderTokenUpdates to more than one new token in this time. */
const shortestLifetimeMs = 20 * 60 * 1000
/** Two callers, or two hosts, do not read the same moment; Apple forgives as much. */
const clockSkewMs = 60 * 1000

/** The authorization header of one signing key, the same for all lanes, processes and restarts. */
export interface ProviderAuthorization {
  /** The present one; a new one is signed after 50 minutes. */
  current(nowMs: number): Promise<string>
  /**
   * Another one than `rejected`, which Apple called expired. Null when it is the present one and less than
   * 20 minutes old: then the clocks differ, and a new token would only be refused as well.
   */
  renewed(rejected: string, nowMs: number): Promise<string | null>
}

export function createProviderAuthorization(key: SigningKey, shelf: TokenShelf): ProviderAuthorization {
  // The private key is part of the name: a mistyped key must not spoil the right one.
  const name = `apns ${key.team_id} ${key.key_id} ${createHash('sha256').update(key.key).digest('base64url')}`
  let known: ProviderJwt | null = null

  async function take(notBeforeMs: number, nowMs: number): Promise<ProviderJwt> {
    const make = () => ({ token: signJwt(key, nowMs), issuedAtMs: nowMs })
    const kept = await shelf.keep(name, notBeforeMs, make)
    // A clock that was set back makes a token from the future, which Apple refuses.
    known = kept.issuedAtMs <= nowMs + clockSkewMs ? kept : await shelf.keep(name, kept.issuedAtMs + 1, make)
    return known
  }

  const current = async (nowMs: number) => {
    const isFresh = known && nowMs - known.issuedAtMs < lifetimeMs && nowMs + clockSkewMs >= known.issuedAtMs
    return `bearer ${(isFresh && known ? known : await take(nowMs - lifetimeMs + 1, nowMs)).token}`
  }

  return {
    current,
    renewed: async (rejected, nowMs) => {
      const present = known
      if (!present || `bearer ${present.token}` !== rejected) return current(nowMs)
      if (nowMs - present.issuedAtMs < shortestLifetimeMs) return null
      return `bearer ${(await take(present.issuedAtMs + 1, nowMs)).token}`
    },
  }
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
