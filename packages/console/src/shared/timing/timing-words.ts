import { firstMomentAt, type LateChoice, wallTime } from '@carillon/contract'
import { count, counted, duration, moment } from '../format.ts'
import type { TimingDraft } from './timing-draft.ts'

/** Where people may be, from where the day comes first to where it comes last. */
const cities = [
  ['Auckland', 'Pacific/Auckland'],
  ['Sydney', 'Australia/Sydney'],
  ['Tokyo', 'Asia/Tokyo'],
  ['Delhi', 'Asia/Kolkata'],
  ['Dubai', 'Asia/Dubai'],
  ['Berlin', 'Europe/Berlin'],
  ['London', 'Europe/London'],
  ['São Paulo', 'America/Sao_Paulo'],
  ['New York', 'America/New_York'],
  ['Los Angeles', 'America/Los_Angeles'],
  ['Honolulu', 'Pacific/Honolulu'],
] as const

const lateWords: Record<LateChoice, string> = {
  send_now: 'it goes there at once',
  next_day: 'it goes there a day later',
  skip: 'nobody gets it there',
}

export interface Sending {
  /** Null while it is not known. */
  startAt: Date | null
  /** Deliveries; null while nobody knows. */
  expected: number | null
  now: Date
}

/** What the timing means, in sentences. */
export function describeTiming(timing: TimingDraft, sending: Sending): string[] {
  return [...describeTurn(timing, sending), ...describePace(timing, sending)]
}

function describeTurn(timing: TimingDraft, { startAt, expected, now }: Sending): string[] {
  switch (timing.turn) {
    case 'together':
      return []
    case 'local_time':
      return timing.localAt.length > 5 ? describeDate(timing, now) : describeTimeOfDay(timing)
    case 'spread': {
      const share = expected ? `, about ${count(Math.ceil(expected / timing.minutes))} in a minute` : ''
      const end = startAt ? ` The last at ${moment(startAt.getTime() + timing.minutes * 60_000)} here.` : ''
      return [`Evenly over ${duration(timing.minutes * 60)}${share}.${end}`]
    }
    case 'best_time':
      return [
        `Each person at the hour in which they opened most in the last 90 days, within ${counted(timing.withinHours, 'hour')} of the start; whoever opened fewer than three at ${timing.fallback} by their own clock.`,
      ]
  }
}

function describeTimeOfDay({ localAt }: TimingDraft): string[] {
  return localAt ? [`Each person when it is next ${localAt} where they are: within a day.`] : []
}

function describeDate({ localAt, late }: TimingDraft, now: Date): string[] {
  const arrivals = cities.flatMap(([city, zone]) => {
    const at = firstMomentAt(localAt, zone)
    return at ? [{ city, at }] : []
  })
  const passed = arrivals.filter(({ at }) => at < now)
  const coming = arrivals.filter(({ at }) => at >= now)
  const [first, last] = [coming[0], coming.at(-1)]
  return [
    ...(first && last && first !== last
      ? [
          `It reaches ${first.city} first, at ${moment(first.at)} here, and ${last.city} last, at ${moment(last.at)}.`,
        ]
      : []),
    ...(passed.length > 0
      ? [`The time has passed in ${passed.map(({ city }) => city).join(', ')}: ${lateWords[late]}.`]
      : []),
  ]
}

function describePace({ perMinute }: TimingDraft, { expected }: Sending): string[] {
  if (perMinute === null) return []
  const least = expected
    ? `: ${count(expected)} take ${duration(Math.ceil(expected / perMinute) * 60)} at least`
    : ''
  return [`Never more than ${count(perMinute)} in any minute${least}.`]
}

/** Whether a local date and time has passed wherever somebody may be. */
export function hasPassedEverywhere(localAt: string, now: Date): boolean {
  const last = firstMomentAt(localAt, 'Etc/GMT+12')
  return last !== null && last < now
}

/** The date and time that an input begins with: tomorrow at nine. */
export function tomorrowAtNine(now: Date, zone: string): string {
  return `${wallTime(new Date(now.getTime() + 86_400_000), zone).slice(0, 10)}T09:00`
}
