const firstMs = 2_000
const longestMs = 30 * 60_000

/**
 * Milliseconds until the next attempt: three times as long each time, less up to a quarter by chance, so that
 * ten attempts outlast an outage of an hour. Never before the provider's Retry-After, which gets up to a tenth
 * on top so that a crowd does not come back in step.
 */
export function retryDelayMs(attempt: number, retryAfterMs: number | null, random: () => number): number {
  if (retryAfterMs !== null) return Math.ceil(retryAfterMs * (1 + random() / 10))
  const ceiling = Math.min(longestMs, firstMs * 3 ** Math.min(attempt - 1, 20))
  return Math.ceil(ceiling * (1 - random() / 4))
}
