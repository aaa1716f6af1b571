import type { MetricResult } from '@carillon/contract'

/** The 97.5 % point of the normal distribution: 95 % intervals, both sides. */
const z = 1.959963984540054

/** `n` of `total`. */
export interface Share {
  n: number
  total: number
}

export interface Interval {
  low: number
  high: number
}

/** The 95 % score interval of a share (Wilson 1927); nothing is known of none. */
export function wilson({ n, total }: Share): Interval {
  if (total === 0) return { low: 0, high: 1 }
  const p = n / total
  const scale = 1 + z ** 2 / total
  const middle = (p + z ** 2 / (2 * total)) / scale
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / total + z ** 2 / (4 * total ** 2))
  // Rounding must not lead out of what a share can be.
  return { low: n === 0 ? 0 : Math.max(0, middle - half), high: n === total ? 1 : Math.min(1, middle + half) }
}

/** The 95 % interval of the difference `a - b` of two shares (Newcombe 1998, method 10). */
export function newcombe(a: Share, b: Share): Interval & { difference: number } {
  const [pa, pb] = [a.n / a.total, b.n / b.total]
  const [ia, ib] = [wilson(a), wilson(b)]
  const difference = pa - pb
  return {
    difference,
    low: difference - Math.hypot(pa - ia.low, ib.high - pb),
    high: difference + Math.hypot(ia.high - pa, pb - ib.low),
  }
}

/** One metric of one variant against the baseline; `null` for the baseline itself. */
export function compare(share: Share, baseline: Share | null): MetricResult {
  const { n, total } = share
  if (total === 0) return { n, rate: null, low: null, high: null, uplift: null }
  return { n, rate: n / total, ...wilson(share), uplift: upliftOf(share, baseline) }
}

function upliftOf(share: Share, baseline: Share | null): MetricResult['uplift'] {
  if (baseline === null || baseline.total === 0) return null
  const { difference, low, high } = newcombe(share, baseline)
  const rate = baseline.n / baseline.total
  return { difference, low, high, relative: rate === 0 ? null : difference / rate }
}
