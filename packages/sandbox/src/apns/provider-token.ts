import type { Accounts, ApnsKey } from '../accounts.ts'
import { putBounded } from '../bounded.ts'
import { isSignedBy, readJwt } from '../crypto/jwt.ts'
import type { Connection } from '../wire/exchange.ts'
import type { Environment } from '../words.ts'
import type { ApnsReason } from './reasons.ts'

export interface ProviderToken {
  key: ApnsKey
  /** Epoch seconds. */
  issuedAt: number
}

export type TokenCheck = { token: ProviderToken } | { reason: ApnsReason }

export interface ProviderTokens {
  /** Checks the `authorization` header of a request on this connection. */
  check(authorization: string | undefined, connection: Connection): TokenCheck
}

export interface ProviderTokenRules {
  accounts: Accounts
  environment: Environment
  /** Epoch milliseconds. */
  now(): number
  updates: TokenUpdates
}

const MAX_AGE_SECONDS = 3600
const CLOCK_SKEW_SECONDS = 60
const VERIFIED_LIMIT = 1000

/** Apple, "Establishing a token-based connection to APNs". A token is verified once and then known by its text. */
export function createProviderTokens(rules: ProviderTokenRules): ProviderTokens {
  const verified = new Map<string, ProviderToken>()
  const boundTo = new WeakMap<Connection, ApnsKey>()
  return {
    check: (authorization, connection) => {
      if (authorization === undefined) return { reason: 'MissingProviderToken' }
      const token = verified.get(authorization) ?? verify(rules.accounts, authorization)
      if (!token || rules.accounts.apnsKey(token.key.keyId) !== token.key)
        return { reason: 'InvalidProviderToken' }
      const reason = reasonAgainst(token, rules, boundTo.get(connection))
      if (reason) return { reason }
      if (!verified.has(authorization)) {
        if (!rules.updates.admit(token.key.keyId, authorization))
          return { reason: 'TooManyProviderTokenUpdates' }
        putBounded(verified, VERIFIED_LIMIT, authorization, token)
      }
      boundTo.set(connection, token.key)
      return { token }
    },
  }
}

export interface TokenUpdates {
  setWindow(seconds: number): void
  /** Whether a token that passed every other check may be used; notes it as the key's latest if so. */
  admit(keyId: string, authorization: string): boolean
}

/** One new token per key and window, over both environments. */
export function createTokenUpdates(now: () => number, windowSeconds = 1200): TokenUpdates {
  const latest = new Map<string, { authorization: string; since: number }>()
  let window = windowSeconds
  return {
    setWindow: (seconds) => {
      window = seconds
    },
    admit: (keyId, authorization) => {
      const last = latest.get(keyId)
      if (last?.authorization === authorization) return true
      if (last && now() - last.since < window * 1000) return false
      latest.set(keyId, { authorization, since: now() })
      return true
    },
  }
}

function verify(accounts: Accounts, authorization: string): ProviderToken | undefined {
  const jwt = readJwt(/^bearer (.+)$/i.exec(authorization)?.[1] ?? '')
  const { kid } = jwt?.header ?? {}
  const key = typeof kid === 'string' ? accounts.apnsKey(kid) : undefined
  if (!jwt || !key || jwt.claims.iss !== key.teamId || typeof jwt.claims.iat !== 'number') return undefined
  return isSignedBy(jwt, 'ES256', key.publicKey) ? { key, issuedAt: jwt.claims.iat } : undefined
}

function reasonAgainst(
  { key, issuedAt }: ProviderToken,
  { environment, now }: ProviderTokenRules,
  bound: ApnsKey | undefined,
): ApnsReason | undefined {
  const ageSeconds = now() / 1000 - issuedAt
  if (ageSeconds > MAX_AGE_SECONDS) return 'ExpiredProviderToken'
  if (ageSeconds < -CLOCK_SKEW_SECONDS) return 'InvalidProviderToken'
  if (key.environment && key.environment !== environment) return 'BadEnvironmentKeyIdInToken'
  // A connection belongs to the team and key of its first push.
  if (bound && bound.teamId !== key.teamId) return 'InvalidProviderToken'
  if (bound && bound.keyId !== key.keyId) return 'UnrelatedKeyIdInToken'
  return undefined
}
