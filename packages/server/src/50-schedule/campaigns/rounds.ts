import { type Repeat, type RepeatEvery, type RepeatUnit, zonedInstant } from '@carillon/contract'
import { calendarRoundAt } from './calendar-rounds.ts'
import type { CampaignRow, WholeCampaign } from './campaign-row.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const unitMs: Record<RepeatUnit, number> = { hours: hourMs, days: dayMs, weeks: 7 * dayMs }

type Dates = Pick<CampaignRow, 'start_local' | 'zone' | 'start_at'>

/** A round of a message that repeats. */
export interface Round {
  /** When it began: whoever was met since is not met again in it. */
  at: Date
  next: Date
  /** Whether it may still meet people; on days of the calendar there may be none yet. */
  isOpen: boolean
  /** What each person's clock shows at their turn, where the round goes by it. */
  wall: string | null
}

/** The round that a message is in at `now`. */
export function roundOf(campaign: Dates, repeat: Repeat, now: Date): Round {
  if ('at' in repeat) return calendarRoundAt(campaign, repeat, now)
  return { ...roundAt(campaign, repeat, now), isOpen: true, wall: null }
}

/**
 * When the round that is open at `now` began, and when the next begins. Days and weeks keep to the wall clock of
 * the zone, so a round at nine stays at nine when summer time comes; hours are hours.
 */
export function roundAt(campaign: Dates, repeat: RepeatEvery, now: Date): { at: Date; next: Date } {
  const stepMs = repeat.every * unitMs[repeat.unit]
  const begin = (n: number) => beginOf(campaign, { n, stepMs, unit: repeat.unit })
  let n = Math.max(0, Math.floor((now.getTime() - campaign.start_at.getTime()) / stepMs))
  // A change of the clock moves a beginning by less than a day, and a step may be one.
  while (n > 0 && begin(n) > now) n -= 1
  while (begin(n + 1) <= now) n += 1
  return { at: begin(n), next: begin(n + 1) }
}

function beginOf(
  { start_local, zone, start_at }: Dates,
  { n, stepMs, unit }: { n: number; stepMs: number; unit: RepeatUnit },
): Date {
  if (unit === 'hours') return new Date(start_at.getTime() + n * stepMs)
  const wall = new Date(Date.parse(`${start_local}Z`) + n * stepMs).toISOString().slice(0, 19)
  return zonedInstant(wall, zone) ?? new Date(start_at.getTime() + n * stepMs)
}

/** When to look next: at the interval counted from the start, at the next round of a message, or at the end. */
export function nextEvaluation(campaign: WholeCampaign, now: Date): Date {
  const everyMs = campaign.evaluate_every_seconds * 1_000
  const startMs = campaign.start_at.getTime()
  const passed = Math.max(0, Math.floor((now.getTime() - startMs) / everyMs) + 1)
  const rounds = campaign.messages.flatMap(({ repeat }) =>
    repeat ? [roundOf(campaign, repeat, now).next.getTime()] : [],
  )
  return new Date(Math.min(startMs + passed * everyMs, campaign.end_at.getTime(), ...rounds))
}
