import type { WinnerReason, WinnerRule } from '@carillon/contract'
import { newcombe, type Share } from './statistics.ts'

/** The place of the winning variant, and why. */
export interface Choice {
  winner: number
  reason: WinnerReason
}

/**
 * What the rule decides over the variants as they did, the first of which is the baseline and the fallback: it also
 * wins when too little was sent, when nobody did anything, and when a certain lead is asked for and not there.
 */
export function chooseByRule(
  { minimum_sent, require_confidence }: Pick<WinnerRule, 'minimum_sent' | 'require_confidence'>,
  shares: readonly Share[],
): Choice {
  const [first] = shares
  const isTooLittle = shares.some(({ total }) => total < minimum_sent) || shares.every(({ n }) => n === 0)
  if (!first || isTooLittle) return { winner: 0, reason: 'too_little_data' }
  const best = shares.reduce((found, share, i) => (isBetter(share, shares[found] ?? first) ? i : found), 0)
  if (require_confidence && best > 0 && newcombe(shares[best] ?? first, first).low <= 0)
    return { winner: 0, reason: 'not_certain' }
  const isTie = shares.some((share, i) => i !== best && !isBetter(shares[best] ?? first, share))
  return { winner: best, reason: isTie ? 'tie' : 'best' }
}

/** Compared across, since quotients that are equal may differ in their last bit. */
function isBetter(a: Share, b: Share): boolean {
  return a.n * b.total > b.n * a.total
}
