import type { MessageTiming } from '@carillon/contract'

const hourMs = 3_600_000

/** Freezing a large audience takes minutes, and must be done where the day comes first. */
const leadMs = 10 * 60_000

/** A time of day comes again within a day and the hour that a clock may be set back. */
const longestDayMs = 25 * hourMs

export interface Span {
  /** When the audience is frozen. */
  startAt: Date
  /** Nobody is due later, whatever their zone. */
  lastDueAt: Date
}

/** From the zone where a wall-clock time comes first, UTC+14, to the one where it comes last, UTC-12. */
export function momentsOf(wall: string): { first: Date; last: Date } {
  const asUtcMs = Date.parse(`${wall}Z`)
  return { first: new Date(asUtcMs - 14 * hourMs), last: new Date(asUtcMs + 12 * hourMs) }
}

/** When to freeze for a local time. */
export function freezeAtFor(wall: string): Date {
  return new Date(momentsOf(wall).first.getTime() - leadMs)
}

export function isDated(at: string): boolean {
  return at.length > '09:00'.length
}

export function spanOf(
  timing: MessageTiming | undefined,
  { startAt, now }: { startAt: Date; now: Date },
): Span {
  const after = (ms: number) => ({ startAt, lastDueAt: new Date(startAt.getTime() + ms) })
  switch (timing?.kind) {
    case undefined:
      return after(0)
    case 'spread':
      return after(timing.minutes * 60_000)
    case 'best_time':
      return after(timing.within_hours * hourMs)
    case 'local_time':
      return isDated(timing.at) ? spanOfDate(timing, now) : after(longestDayMs)
  }
}

function spanOfDate({ at, late }: { at: string; late: string }, now: Date): Span {
  const { first, last } = momentsOf(at)
  const startAt = new Date(Math.max(now.getTime(), freezeAtFor(at).getTime()))
  const isLateSomewhere = first < now && late === 'next_day'
  const lastMs = Math.max(now.getTime(), last.getTime(), isLateSomewhere ? now.getTime() + longestDayMs : 0)
  return { startAt, lastDueAt: new Date(lastMs) }
}
