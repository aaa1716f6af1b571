/** An access token that a provider issued to us. */
export interface IssuedToken {
  value: string
  /** Epoch milliseconds. */
  expiresAtMs: number
}

/** Why there is no token. `auth_broken`: our credential was refused. `retry`: the token endpoint is in trouble. */
export interface TokenRefusal {
  refused: 'auth_broken' | 'retry'
  status: number | null
  code: string
  detail?: string
  retryAfterMs?: number
}

export interface ProviderTokenOptions {
  now: () => number
  /** Asks the provider. Must settle; what it throws is a fault of ours and rises to whoever waits. */
  issue: () => Promise<IssuedToken | TokenRefusal>
  /** A new token is fetched in the background from so long before the old one ends. Default 5 minutes. */
  refreshAheadMs?: number
}

export interface ProviderToken {
  /** The present token; waits only when there is none that still holds. */
  get(): Promise<string | TokenRefusal>
  /**
   * A token other than `rejected`, which the provider did not take. When somebody else has renewed it
   * meanwhile that one is returned, so many rejections at once cost one call.
   */
  renew(rejected: string): Promise<string | TokenRefusal>
}

const refreshAheadDefaultMs = 5 * 60 * 1000
/** After a refusal nobody asks again before this, however many sends want a token. */
const pauseAfterRefusalMs = 1000

/** A cached token with one fetch at a time. A failing refresh keeps the old token for as long as it holds. */
export function createProviderToken(options: ProviderTokenOptions): ProviderToken {
  const { now, issue, refreshAheadMs = refreshAheadDefaultMs } = options
  let current: IssuedToken | undefined
  let refusal: { answer: TokenRefusal; untilMs: number } | undefined
  let fetching: Promise<string | TokenRefusal> | undefined

  async function get(): Promise<string | TokenRefusal> {
    if (current === undefined || now() >= current.expiresAtMs) return fetchOnce()
    // In the background: whoever waits for a fetch sees its fault, here the old token still does.
    if (now() >= current.expiresAtMs - refreshAheadMs) fetchOnce().catch(() => undefined)
    return current.value
  }

  async function renew(rejected: string): Promise<string | TokenRefusal> {
    if (current !== undefined && current.value !== rejected) return get()
    current = undefined
    return fetchOnce()
  }

  function fetchOnce(): Promise<string | TokenRefusal> {
    if (refusal !== undefined && now() < refusal.untilMs) return Promise.resolve(refusal.answer)
    fetching ??= fetch().finally(() => {
      fetching = undefined
    })
    return fetching
  }

  async function fetch(): Promise<string | TokenRefusal> {
    const answer = await issue()
    if ('refused' in answer) {
      refusal = { answer, untilMs: now() + Math.max(answer.retryAfterMs ?? 0, pauseAfterRefusalMs) }
      return answer
    }
    current = answer
    refusal = undefined
    return answer.value
  }

  return { get, renew }
}
