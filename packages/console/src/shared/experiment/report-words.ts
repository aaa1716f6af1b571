import type { MetricResult } from '@carillon/contract'
import { count } from '../format.ts'

/** `12.5 %`; a difference in points with its sign. */
const percentOf = (share: number) => `${(share * 100).toFixed(1)} %`
const points = (share: number) => `${share < 0 ? '−' : '+'}${(Math.abs(share) * 100).toFixed(1)}`

/** `12.5 % (10.1 to 15.3), 125 of 1,000`. */
export function rateText({ n, rate, low, high }: MetricResult, sent: number): string {
  if (rate === null || low === null || high === null) return 'Nothing sent yet'
  return `${percentOf(rate)} (${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)}), ${count(n)} of ${count(sent)}`
}

/** `+2.1 points (−0.3 to +4.4)`, and whether that is certain. */
export function upliftText(uplift: MetricResult['uplift']): string {
  if (!uplift) return '–'
  const { difference, low, high, relative } = uplift
  const much =
    relative === null ? '' : `, ${relative < 0 ? '−' : '+'}${Math.abs(relative * 100).toFixed(0)} %`
  const verdict = low > 0 ? 'better' : high < 0 ? 'worse' : 'may be chance'
  return `${points(difference)} points (${points(low)} to ${points(high)})${much}: ${verdict}`
}

/** The share at the end of all bars: a little beyond the highest interval, and not beyond everything. */
export function scaleOf(results: readonly MetricResult[]): number {
  return Math.min(1, Math.max(0.01, ...results.map(({ high }) => (high ?? 0) * 1.05)))
}
