import { Repeat } from '@carillon/contract'
import { expect, it } from 'vitest'
import { describeRepeat, emptyRhythm, missingInRhythm, rhythmDraftOf, toRepeat } from './rhythm-draft.ts'

it.each([
  [null, 'Each person once'],
  [{ every: 2, unit: 'weeks' as const }, 'Each person once in every 2 weeks'],
  [
    { days: ['monday' as const, 'friday' as const], at: '09:00', except_dates: ['2026-12-25'], local: true },
    'Monday, Friday at 09:00 where each person is, but not on 2026-12-25',
  ],
  [{ day_of_month: 31, at: '18:30', except_dates: [], local: false }, 'Day 31 of each month at 18:30'],
])('a rhythm that is opened and saved unchanged stays as it was: %o', (repeat, text) => {
  const saved = toRepeat(rhythmDraftOf(repeat))
  expect(saved).toEqual(repeat)
  expect(saved === null || Repeat.parse(saved)).toEqual(repeat ?? true)
  expect(describeRepeat(saved)).toBe(text)
})

it('says what is missing', () => {
  const weekly = { ...emptyRhythm, repeat: 'weekdays' as const }
  expect(missingInRhythm(weekly)).toEqual([])
  expect(missingInRhythm({ ...weekly, repeatDays: [], repeatAt: '', repeatExcept: ['2026-02-30'] })).toEqual([
    'pick a day of the week.',
    'say at what time it repeats.',
    '2026-02-30 is not a date such as 2026-12-25.',
  ])
})
