/** Recipients that one batch holds: a slot with more gains nothing. */
const batchSize = 1_000

/** Where a spread began, and how many it is for. */
export interface Spread {
  beganAt: Date
  minutes: number
  total: number
}

/**
 * When the recipient at a place is due: at the beginning of one of as many equal slots as there are minutes, or
 * batches where those are more, or recipients where those are fewer. Slots differ by one recipient at most.
 */
export function spreadDue(ordinal: number, { beganAt, minutes, total }: Spread): Date {
  const slots = Math.min(total, Math.max(minutes, Math.ceil(total / batchSize)))
  const slot = Math.min(slots - 1, Math.floor((ordinal * slots) / total))
  return new Date(beganAt.getTime() + Math.floor((slot * minutes * 60_000) / slots))
}
