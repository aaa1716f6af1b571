import { firstMomentAt, type RepeatOn, wallTime, weekdays } from '@carillon/contract'
import { freezeAtFor, momentsOf } from '../messages/index.ts'
import type { CampaignRow } from './campaign-row.ts'
import type { Round } from './rounds.ts'

const dayMs = 86_400_000

/** How far from now a day is looked for: exceptions may well leave out a year. */
const furthestDays = 800

type Dates = Pick<CampaignRow, 'zone' | 'start_at'>

/** A day on which a round begins. */
interface Beginning {
  at: Date
  /** Where the round is for each zone's own clock. */
  wall: string | null
  /** Nobody's turn in it comes later; null when it lasts until the next. */
  closesAt: Date | null
}

/** The last round that has begun since the campaign's start, and when the next begins. */
export function calendarRoundAt(campaign: Dates, on: RepeatOn, now: Date): Round {
  const today = Date.parse(wallTime(now, campaign.zone).slice(0, 10))
  const day = (n: number) => beginningOn(new Date(today + n * dayMs).toISOString().slice(0, 10), campaign, on)
  // Where a round is for each zone's own clock it begins up to a day before the date in the campaign's zone.
  const last = firstOf(2, -1, day, ({ at }) => at <= now)
  const next = firstOf(-2, 1, day, ({ at }) => at > now)
  return {
    at: last?.at ?? campaign.start_at,
    next: next?.at ?? new Date(now.getTime() + furthestDays * dayMs),
    isOpen: last !== null && (last.closesAt === null || now <= last.closesAt),
    wall: last?.wall ?? null,
  }
}

function firstOf(
  from: number,
  step: 1 | -1,
  day: (n: number) => Beginning | null,
  fits: (beginning: Beginning) => boolean,
): Beginning | null {
  for (let n = from; Math.abs(n) <= furthestDays; n += step) {
    const beginning = day(n)
    if (beginning && fits(beginning)) return beginning
  }
  return null
}

function beginningOn(date: string, { zone, start_at }: Dates, on: RepeatOn): Beginning | null {
  if (!isOn(date, on) || on.except_dates.includes(date)) return null
  const wall = `${date}T${on.at}`
  if (on.local) {
    const closesAt = momentsOf(wall).last
    const at = freezeAtFor(wall)
    return closesAt > start_at ? { at: at > start_at ? at : start_at, wall, closesAt } : null
  }
  const at = firstMomentAt(wall, zone)
  return at && at >= start_at ? { at, wall: null, closesAt: null } : null
}

function isOn(date: string, { days, day_of_month: wanted = 0 }: RepeatOn): boolean {
  const at = new Date(date)
  if (days) return days.some((name) => weekdays.indexOf(name) === (at.getUTCDay() + 6) % 7)
  const isLastOfMonth = new Date(at.getTime() + dayMs).getUTCDate() === 1
  return at.getUTCDate() === wanted || (isLastOfMonth && at.getUTCDate() < wanted)
}
