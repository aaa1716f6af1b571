import type { Condition } from '@carillon/contract'
import { DateTime } from 'luxon'
import { kindOfDate } from './date-text.ts'

/** A cut in time, right before an instant or (`past`) right behind it. */
export interface Cut {
  /** RFC 3339, or `infinity` past the year 9999. */
  instant: string
  past: boolean
  /** The first day that begins at or after the cut: what whole days are compared with. */
  day: string
}

/** From one cut to another; null is open. */
export interface DateRange {
  from: Cut | null
  to: Cut | null
}

/** What "today" means to a workspace. */
export interface Calendar {
  now: Date
  timeZone: string
}

/**
 * The time that a condition on a date allows. Counts of days are strict and by whole days: the last 2 days are
 * yesterday and today, more than 2 days ago is before the day before yesterday, the next 2 days are today and
 * tomorrow.
 */
export function dateRange(
  { operator, value }: Pick<Condition, 'operator' | 'value'>,
  at: Calendar,
): DateRange {
  const days = Number(value)
  switch (operator) {
    case 'before':
    case 'less':
      return { from: null, to: before(value, at) }
    case 'after':
    case 'greater':
      return { from: past(value, at), to: null }
    case 'between': {
      const [low, high] = value as unknown[]
      return { from: before(low, at), to: past(high, at) }
    }
    case 'within_last_days':
      return { from: today(at, 1 - days), to: today(at, 1) }
    case 'more_than_days_ago':
      return { from: null, to: today(at, -days) }
    case 'within_next_days':
      return { from: today(at, 0), to: today(at, days) }
    default:
      return { from: before(value, at), to: past(value, at) }
  }
}

/** The day so many days from a cut's day, by the calendar alone. */
export function daysFrom(day: string, days: number): string {
  return day === 'infinity' ? day : dayText(DateTime.fromISO(day, { zone: 'utc' }).plus({ days }))
}

function today({ now, timeZone }: Calendar, plusDays: number): Cut {
  const day = dayText(DateTime.fromJSDate(now, { zone: timeZone }))
  return dayCut(daysFrom(day, plusDays), timeZone)
}

function before(value: unknown, { timeZone }: Calendar): Cut {
  if (kindOfDate(value) === 'day') return dayCut(String(value), timeZone)
  return { instant: String(value), past: false, day: firstDay(value, timeZone, false) }
}

function past(value: unknown, { timeZone }: Calendar): Cut {
  if (kindOfDate(value) === 'day') return dayCut(daysFrom(String(value), 1), timeZone)
  return { instant: String(value), past: true, day: firstDay(value, timeZone, true) }
}

function dayCut(day: string, timeZone: string): Cut {
  const instant = day === 'infinity' ? day : (firstInstant(day, timeZone).toUTC().toISO() as string)
  return { instant, past: false, day }
}

function firstDay(value: unknown, timeZone: string, past: boolean): string {
  const at = DateTime.fromISO(String(value).replace(' ', 'T').toUpperCase(), { zone: timeZone })
  const day = dayText(at)
  if (day === 'infinity') return day
  const begins = !past && at.toMillis() === firstInstant(day, timeZone).toMillis()
  return begins ? day : daysFrom(day, 1)
}

/**
 * Where clocks skip midnight, or a whole day, it is the instant after the gap. Where they go back over midnight,
 * which then comes twice, it is the first one; of the two Luxon takes either.
 */
function firstInstant(day: string, timeZone: string): DateTime {
  const midnight = DateTime.fromISO(day, { zone: timeZone })
  const offsetBefore = midnight.minus({ hours: 24 }).offset
  const earlier = midnight.minus({ minutes: offsetBefore - midnight.offset })
  return earlier < midnight && dayText(earlier) === day ? earlier : midnight
}

function dayText(at: DateTime): string {
  return at.year > 9999 ? 'infinity' : at.toFormat('yyyy-MM-dd')
}
