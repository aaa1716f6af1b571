import { wallTime } from '@carillon/contract'
import { nextTimeOfDay } from './local-due.ts'

/** Fewer opens than this say nothing about somebody's day. */
const fewestOpens = 3

export interface BestTime {
  startAt: Date
  withinHours: number
  fallback: string
}

/** When each hour of a zone's day comes next, null where that is not in time; and when the fallback does. */
export interface ComingDay {
  hours: readonly (Date | null)[]
  usual: Date
}

/** The fallback comes at the start where it does not come in time. */
export function comingDay(zone: string, { startAt, withinHours, fallback }: BestTime): ComingDay {
  const end = new Date(startAt.getTime() + withinHours * 3_600_000)
  const hours = Array.from({ length: 24 }, (_, hour) => {
    const at = nextHour(hour, zone, startAt)
    return at <= end ? at : null
  })
  const usual = nextTimeOfDay(fallback, zone, startAt)
  return { hours, usual: usual <= end ? usual : startAt }
}

/** The hour that it is now has come. */
function nextHour(hour: number, zone: string, startAt: Date): Date {
  const isNow = Number(wallTime(startAt, zone).slice(11, 13)) === hour
  return isNow ? startAt : nextTimeOfDay(`${String(hour).padStart(2, '0')}:00`, zone, startAt)
}

/**
 * The start of the hour in which somebody opened most, of those that come in time; of equals, the next to come. The
 * fallback is for people who opened too little, or never at an hour that comes in time.
 */
export function bestDue(opensByHour: readonly number[], { hours, usual }: ComingDay): Date {
  const opens = opensByHour.reduce((sum, n) => sum + n, 0)
  if (opens < fewestOpens) return usual
  let best: { n: number; at: Date } | null = null
  for (const [hour, n] of opensByHour.entries()) {
    const at = hours[hour]
    if (n === 0 || !at) continue
    if (best === null || n > best.n || (n === best.n && at < best.at)) best = { n, at }
  }
  return best?.at ?? usual
}
