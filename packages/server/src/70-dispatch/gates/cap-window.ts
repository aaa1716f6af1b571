import { type CalendarSpan, type CapWindow, firstMomentAt, zoneOffsetMs } from '@carillon/contract'

const unitMs = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const

/** Longer than any day, week or month on any calendar. */
const spanMs: Record<CalendarSpan, number> = {
  day: 2 * unitMs.days,
  week: 9 * unitMs.days,
  month: 33 * unitMs.days,
}

/** Milliseconds after which no cap with this window looks at a use. */
export function reachMs(window: CapWindow): number {
  return window.kind === 'rolling' ? window.length * unitMs[window.unit] : spanMs[window.unit]
}

/** A calendar span in a zone: from its first moment up to that of the next. */
export interface CalendarPeriod {
  fromMs: number
  toMs: number
}

/** The day, week or month in which a moment lies. */
export function calendarPeriod(span: CalendarSpan, zone: string, nowMs: number): CalendarPeriod {
  const today = new Date(nowMs + zoneOffsetMs(nowMs, zone))
  const [year, month, day] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()]
  const monday = day - ((today.getUTCDay() + 6) % 7)
  const dates: Record<CalendarSpan, [number, number]> = {
    day: [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)],
    week: [Date.UTC(year, month, monday), Date.UTC(year, month, monday + 7)],
    month: [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)],
  }
  const [from, to] = dates[span]
  return { fromMs: midnight(from, zone), toMs: midnight(to, zone) }
}

/** The first moment of a date, also where the clock skips midnight. */
function midnight(dateMs: number, zone: string): number {
  const at = firstMomentAt(new Date(dateMs).toISOString().slice(0, 16), zone)
  if (!at) throw new Error(`${dateMs} is no date.`)
  return at.getTime()
}

/** Uses after this moment count towards the cap now. */
export function countsAfterMs(
  window: CapWindow,
  { nowMs, periodOf }: { nowMs: number; periodOf: (span: CalendarSpan) => CalendarPeriod },
): number {
  return window.kind === 'rolling' ? nowMs - reachMs(window) : periodOf(window.unit).fromMs - 1
}
