const firstMs = 1_000
const longestMs = 15 * 60_000

/**
 * Milliseconds until the next attempt: exponential with full jitter, never before the provider's Retry-After,
 * which gets up to a tenth on top so that a crowd does not come back in step.
 */
export function retryDelayMs(attempt: number, retryAfterMs: number | null, random: () => number): number {
  if (retryAfterMs !== null) return Math.ceil(retryAfterMs * (1 + random() / 10))
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 20))
  return Math.ceil(ceiling / 4 + (random() * ceiling * 3) / 4)
}
