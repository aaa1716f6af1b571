import { firstMomentAt, RepeatOn, wallTime, weekdays, zonedInstant } from '@carillon/contract'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { calendarRoundAt } from './calendar-rounds.ts'

const dayMs = 86_400_000
const ownZone = process.env.TZ
afterAll(() => {
  if (ownZone === undefined) delete process.env.TZ
  else process.env.TZ = ownZone
})
const at = (time: string) => new Date(time)
const campaign = (start: string, zone: string) => ({ zone, start_at: zonedInstant(start, zone) as Date })
const on = (repeat: Record<string, unknown>) => RepeatOn.parse(repeat)

/** The beginnings of all rounds that begin after a moment, one after the other. */
function beginnings(given: ReturnType<typeof campaign>, repeat: RepeatOn, from: Date, n: number): Date[] {
  const found: Date[] = []
  for (let now = from; found.length < n; now = found.at(-1) as Date)
    found.push(calendarRoundAt(given, repeat, now).next)
  return found
}

test('on Mondays at nine, but not on a holiday, by the clock on the wall', () => {
  const berlin = campaign('2026-03-16T00:00', 'Europe/Berlin')
  const mondays = on({ days: ['monday'], at: '09:00', except_dates: ['2026-04-06'] })
  expect(beginnings(berlin, mondays, berlin.start_at, 4)).toEqual([
    at('2026-03-16T08:00:00Z'),
    at('2026-03-23T08:00:00Z'),
    at('2026-03-30T07:00:00Z'),
    at('2026-04-13T07:00:00Z'),
  ])
})

test('on the last day of a month that is too short', () => {
  const utc = campaign('2026-01-15T00:00', 'UTC')
  const last = on({ day_of_month: 31, at: '12:00' })
  expect(beginnings(utc, last, utc.start_at, 4).map((each) => each.toISOString().slice(0, 10))).toEqual([
    '2026-01-31',
    '2026-02-28',
    '2026-03-31',
    '2026-04-30',
  ])
})

test('a time that is skipped is the moment after the gap, and one that comes twice is once', () => {
  const newYork = campaign('2026-03-07T00:00', 'America/New_York')
  const nights = on({ days: [...weekdays], at: '02:30' })
  expect(beginnings(newYork, nights, at('2026-03-08T00:00:00Z'), 2)).toEqual([
    at('2026-03-08T07:00:00Z'),
    at('2026-03-09T06:30:00Z'),
  ])
  const early = on({ days: [...weekdays], at: '01:30' })
  expect(beginnings(newYork, early, at('2026-11-01T00:00:00Z'), 2)).toEqual([
    at('2026-11-01T05:30:00Z'),
    at('2026-11-02T06:30:00Z'),
  ])
})

test('before the first such day there is no round', () => {
  const utc = campaign('2026-11-23T10:00', 'UTC')
  const mondays = on({ days: ['monday'], at: '09:00' })
  expect(calendarRoundAt(utc, mondays, utc.start_at)).toMatchObject({
    isOpen: false,
    next: at('2026-11-30T09:00:00Z'),
  })
  const later = calendarRoundAt(utc, mondays, at('2026-12-02T00:00:00Z'))
  expect(later).toMatchObject({ isOpen: true, at: at('2026-11-30T09:00:00Z'), wall: null })
})

test('where each person is, a round is open from the first zone’s turn to the last one’s', () => {
  const utc = campaign('2026-11-01T00:00', 'UTC')
  const mondays = on({ days: ['monday'], at: '09:00', local: true })
  // Ten minutes ahead of Kiritimati, to gather the audience.
  const begins = at('2026-11-22T18:50:00Z')
  expect(calendarRoundAt(utc, mondays, new Date(begins.getTime() - 1)).next).toEqual(begins)
  expect(calendarRoundAt(utc, mondays, begins)).toMatchObject({
    isOpen: true,
    at: begins,
    wall: '2026-11-23T09:00',
  })
  expect(calendarRoundAt(utc, mondays, at('2026-11-23T21:00:00Z')).isOpen).toBe(true)
  expect(calendarRoundAt(utc, mondays, at('2026-11-23T21:00:01Z'))).toMatchObject({
    isOpen: false,
    at: begins,
  })
})

test('when all days of a long time are left out, it does not begin, and is looked at again', () => {
  const utc = campaign('2026-01-01T00:00', 'UTC')
  const except_dates = Array.from({ length: 400 }, (_, n) =>
    new Date(Date.UTC(2026, 0, 1) + n * dayMs).toISOString().slice(0, 10),
  )
  const { isOpen, next } = calendarRoundAt(
    utc,
    on({ days: [...weekdays], at: '09:00', except_dates }),
    utc.start_at,
  )
  expect([isOpen, next]).toEqual([false, at('2027-02-05T09:00:00Z')])
})

const repeats = fc
  .record({
    days: fc.subarray([...weekdays], { minLength: 1 }),
    dayOfMonth: fc.option(fc.integer({ min: 1, max: 31 })),
    minutes: fc.integer({ min: 0, max: 1_439 }),
    except: fc.array(fc.integer({ min: 0, max: 365 }), { maxLength: 20 }),
  })
  .map(({ days, dayOfMonth, minutes, except }) =>
    on({
      ...(dayOfMonth === null ? { days } : { day_of_month: dayOfMonth }),
      at: new Date(minutes * 60_000).toISOString().slice(11, 16),
      except_dates: except.map((n) => new Date(Date.UTC(2026, 0, 1) + n * dayMs).toISOString().slice(0, 10)),
    }),
  )

test('in any zone rounds follow each other without an overlap, each on a day that is meant', () => {
  fc.assert(
    fc.property(
      repeats,
      fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
      fc.integer({ min: 0, max: 365 * 1_440 }),
      fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
      (repeat, zone, minute, own) => {
        process.env.TZ = own
        const given = campaign('2026-01-01T00:00', zone)
        const now = new Date(given.start_at.getTime() + minute * 60_000)
        const { at: began, next, isOpen } = calendarRoundAt(given, repeat, now)
        expect(began <= now && now < next).toBe(true)
        expect(calendarRoundAt(given, repeat, next)).toMatchObject({ at: next, isOpen: true })
        expect(calendarRoundAt(given, repeat, new Date(next.getTime() - 1))).toMatchObject({
          at: began,
          isOpen,
        })
        const date = dateOf(next, zone, repeat.at)
        expect(firstMomentAt(`${date}T${repeat.at}`, zone)).toEqual(next)
        expect(repeat.except_dates).not.toContain(date)
      },
    ),
    { numRuns: 300 },
  )
})

/** The day of a round, also where its time is skipped and the clock shows the day after. */
function dateOf(begin: Date, zone: string, time: string): string {
  const shown = wallTime(begin, zone)
  return shown.slice(11) < time
    ? wallTime(new Date(begin.getTime() - 60_000), zone).slice(0, 10)
    : shown.slice(0, 10)
}
