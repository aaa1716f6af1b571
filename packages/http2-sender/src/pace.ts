/** Refusals of one burst arrive together; they count as one sign of pressure. */
const betweenHalvingsMs = 1000

/**
 * How many requests may be in flight on one connection: halved when the peer complains, and grown again by one
 * for each full window of answers (additive increase, multiplicative decrease).
 */
export function createPace(most: number) {
  let limit = most
  let halvedAt = Number.NEGATIVE_INFINITY
  return {
    limit: (): number => Math.floor(limit),
    answered(): void {
      if (limit < most) limit = Math.min(most, limit + 1 / limit)
    },
    pressed(): void {
      if (performance.now() - halvedAt < betweenHalvingsMs) return
      halvedAt = performance.now()
      limit = Math.max(1, limit / 2)
    },
  }
}
