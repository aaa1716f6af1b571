import type { FastifyReply } from 'fastify'
import { Problem } from '../00-kernel/index.ts'

/** A token bucket: `burst` at once, refilled at `perSecond`. */
export interface RatePolicy {
  name: string
  burst: number
  perSecond: number
}

export const ratePolicies = {
  default: { name: 'default', burst: 2_000, perSecond: 1_000 },
  /** Guessing keys is slow. */
  signIn: { name: 'sign-in', burst: 10, perSecond: 0.2 },
  /** An update of one pass on hundreds of devices behind one address makes each of them ask twice. */
  wallet: { name: 'wallet', burst: 1_000, perSecond: 200 },
  /** Anybody may fill a log. */
  walletLog: { name: 'wallet-log', burst: 10, perSecond: 0.2 },
  /** A large mail service unsubscribes for all its people from a few addresses. */
  unsubscribe: { name: 'unsubscribe', burst: 1_000, perSecond: 200 },
  /** Callers that did not say who they are, or not truly. */
  anonymous: { name: 'anonymous', burst: 100, perSecond: 20 },
} as const satisfies Record<string, RatePolicy>

export interface RateLimiter {
  /** Takes one token and writes the RateLimit fields (IETF httpapi draft, and the older X- ones); throws Problem('rate_limited'). */
  take(policy: RatePolicy, who: string, reply: FastifyReply): void
}

const mostBuckets = 10_000

export function createRateLimiter(now: () => number = Date.now): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return {
    take: (policy, who, reply) => {
      const key = `${policy.name}:${who}`
      const at = now()
      const bucket = buckets.get(key) ?? { tokens: policy.burst, at }
      bucket.tokens = Math.min(policy.burst, bucket.tokens + ((at - bucket.at) / 1000) * policy.perSecond)
      bucket.at = at
      // Last touched goes last, so that the first is the one to forget.
      buckets.delete(key)
      buckets.set(key, bucket)
      if (buckets.size > mostBuckets) buckets.delete(buckets.keys().next().value as string)
      const allowed = bucket.tokens >= 1
      if (allowed) bucket.tokens -= 1
      writeFields(reply, policy, bucket.tokens)
      if (!allowed)
        throw new Problem('rate_limited', {
          retryAfterSeconds: Math.max(1, Math.ceil((1 - bucket.tokens) / policy.perSecond)),
        })
    },
  }
}

function writeFields(reply: FastifyReply, policy: RatePolicy, tokens: number): void {
  const windowSeconds = Math.ceil(policy.burst / policy.perSecond)
  const remaining = Math.floor(tokens)
  const resetSeconds = Math.ceil((policy.burst - tokens) / policy.perSecond)
  reply.headers({
    'ratelimit-policy': `"${policy.name}";q=${policy.burst};w=${windowSeconds}`,
    ratelimit: `"${policy.name}";r=${remaining};t=${resetSeconds}`,
    'x-ratelimit-limit': String(policy.burst),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(resetSeconds),
  })
}
