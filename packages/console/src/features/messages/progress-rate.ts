import type { Counts, MessageStatus } from '@carillon/contract'

/** One look at a running message. */
export interface Sample {
  atMs: number
  done: number
}

/** Long enough to be calm, short enough to notice a provider that slows down. */
const windowMs = 10_000

export function withSample(samples: readonly Sample[], counts: Counts, nowMs: number): Sample[] {
  const done = counts.sent + counts.failed + counts.excluded
  const recent = samples.filter(({ atMs }) => nowMs - atMs <= windowMs)
  return [...recent, { atMs: nowMs, done }]
}

/** Recipients that were settled per second, over the last seconds; null before there are two looks. */
export function ratePerSecond(samples: readonly Sample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)]
  if (!first || !last || last.atMs - first.atMs < 500) return null
  return Math.max(0, ((last.done - first.done) / (last.atMs - first.atMs)) * 1000)
}

/** Seconds until nothing is pending at this rate; null when that is anybody's guess. */
export function etaSeconds(pending: number, rate: number | null): number | null {
  return rate === null || rate === 0 ? null : pending / rate
}

/** Nothing more will change but what people do with it. */
export function isFinal(status: MessageStatus): boolean {
  return status === 'finished' || status === 'cancelled' || status === 'expired'
}
