import type { CalendarEntry } from '@carillon/contract'

const daysInSheet = 42

/** A month as its address says it: `2026-11`. */
export function monthOf(text: string | undefined, now: Date): Date {
  const [, year, month] = /^(\d{4})-(\d\d)$/.exec(text ?? '') ?? []
  const isMonth = Number(month) >= 1 && Number(month) <= 12
  if (!isMonth) return new Date(now.getFullYear(), now.getMonth(), 1)
  return new Date(Number(year), Number(month) - 1, 1)
}

export function monthText(month: Date): string {
  return `${month.getFullYear()}-${String(month.getMonth() + 1).padStart(2, '0')}`
}

export function otherMonth(month: Date, by: number): Date {
  return new Date(month.getFullYear(), month.getMonth() + by, 1)
}

/** Six weeks from a Monday, so that any month has room and the sheet never changes its height. */
export function weeksOf(month: Date): Date[][] {
  const lead = (month.getDay() + 6) % 7
  const days = Array.from(
    { length: daysInSheet },
    (_, i) => new Date(month.getFullYear(), month.getMonth(), 1 - lead + i),
  )
  return Array.from({ length: daysInSheet / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7))
}

/** A campaign's part in one week: from which day on (0 is Monday), over how many, and in which line. */
export interface Bar {
  entry: CalendarEntry
  from: number
  days: number
  line: number
  startsHere: boolean
  endsHere: boolean
}

/** Puts the campaigns of a week into as few lines as need be; earlier ones come first. */
export function barsOf(week: readonly Date[], entries: readonly CalendarEntry[]): Bar[] {
  const first = week[0] as Date
  const after = dayAfter(week.at(-1) as Date)
  const freeFrom: number[] = []
  return entries.flatMap((entry) => {
    const [start, end] = [new Date(entry.start_at), new Date(entry.end_at)]
    if (start >= after || end <= first) return []
    const from = Math.max(
      0,
      week.findLastIndex((day) => day <= start),
    )
    const until = week.findLastIndex((day) => day < end)
    const found = freeFrom.findIndex((free) => free <= from)
    const line = found < 0 ? freeFrom.length : found
    freeFrom[line] = until + 1
    return [{ entry, from, days: until - from + 1, line, startsHere: start >= first, endsHere: end <= after }]
  })
}

function dayAfter(day: Date): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1)
}
