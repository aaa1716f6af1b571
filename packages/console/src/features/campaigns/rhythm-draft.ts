import { type Repeat, type RepeatUnit, type Weekday, weekdays } from '@carillon/contract'
import { counted, words } from '../../shared/format.ts'

/** How often a message repeats, while it is entered; every way keeps what was entered for it. */
export interface RhythmDraft {
  repeat: 'none' | RepeatUnit | 'weekdays' | 'month_day'
  repeatEvery: number
  repeatDays: Weekday[]
  repeatDay: number
  repeatAt: string
  /** Dates that are left out: `2026-12-25`. */
  repeatExcept: string[]
  /** By each person's own clock instead of the campaign's. */
  repeatLocal: boolean
}

export const emptyRhythm: RhythmDraft = {
  repeat: 'none',
  repeatEvery: 1,
  repeatDays: ['monday'],
  repeatDay: 1,
  repeatAt: '09:00',
  repeatExcept: [],
  repeatLocal: false,
}

export function isOnCalendar({ repeat }: Pick<RhythmDraft, 'repeat'>): boolean {
  return repeat === 'weekdays' || repeat === 'month_day'
}

export function toRepeat(draft: RhythmDraft): Repeat | null {
  const { repeat, repeatAt: at, repeatExcept: except_dates, repeatLocal: local } = draft
  switch (repeat) {
    case 'none':
      return null
    case 'weekdays':
      return { days: weekdays.filter((day) => draft.repeatDays.includes(day)), at, except_dates, local }
    case 'month_day':
      return { day_of_month: draft.repeatDay, at, except_dates, local }
    default:
      return { every: draft.repeatEvery, unit: repeat }
  }
}

export function rhythmDraftOf(repeat: Repeat | null): RhythmDraft {
  if (!repeat) return emptyRhythm
  if (!('at' in repeat)) return { ...emptyRhythm, repeat: repeat.unit, repeatEvery: repeat.every }
  return {
    ...emptyRhythm,
    ...(repeat.days
      ? { repeat: 'weekdays', repeatDays: repeat.days }
      : { repeat: 'month_day', repeatDay: repeat.day_of_month ?? 1 }),
    repeatAt: repeat.at,
    repeatExcept: repeat.except_dates,
    repeatLocal: repeat.local,
  }
}

export function missingInRhythm(draft: RhythmDraft): string[] {
  if (!isOnCalendar(draft)) return []
  const wrong = draft.repeatExcept.find((date) => !isDate(date))
  return [
    ...(draft.repeat === 'weekdays' && draft.repeatDays.length === 0 ? ['pick a day of the week.'] : []),
    ...(draft.repeatAt ? [] : ['say at what time it repeats.']),
    ...(wrong === undefined ? [] : [`${wrong} is not a date such as 2026-12-25.`]),
  ]
}

function isDate(text: string): boolean {
  const at = new Date(`${text}T00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** `Each person once`, or once in every round and when those are. */
export function describeRepeat(repeat: Repeat | null): string {
  if (!repeat) return 'Each person once'
  if (!('at' in repeat)) return `Each person once in every ${counted(repeat.every, repeat.unit.slice(0, -1))}`
  const days = repeat.days ? repeat.days.map(words).join(', ') : `Day ${repeat.day_of_month} of each month`
  const where = repeat.local ? ' where each person is' : ''
  const except = repeat.except_dates.length > 0 ? `, but not on ${repeat.except_dates.join(', ')}` : ''
  return `${days} at ${repeat.at}${where}${except}`
}
