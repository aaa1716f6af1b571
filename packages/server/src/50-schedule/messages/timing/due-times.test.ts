import { MessageTiming, wallTime } from '@carillon/contract'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { bestDue, comingDay } from './best-due.ts'
import { localDue, nextTimeOfDay } from './local-due.ts'
import { spreadDue } from './spread-due.ts'
import { spanOf } from './timing-span.ts'

const zones = Intl.supportedValuesOf('timeZone')
const hourMs = 3_600_000
const ownZone = process.env.TZ
afterAll(() => {
  if (ownZone === undefined) delete process.env.TZ
  else process.env.TZ = ownZone
})
const at = (time: string) => new Date(time)
const anyZone = fc.constantFrom(...zones)
const anyMoment = fc
  .integer({ min: Date.UTC(2024, 0, 1) / 60_000, max: Date.UTC(2031, 0, 1) / 60_000 })
  .map((minutes) => new Date(minutes * 60_000))
const anyTime = fc
  .record({ hour: fc.integer({ min: 0, max: 23 }), minute: fc.integer({ min: 0, max: 59 }) })
  .map(({ hour, minute }) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)

test.each([
  ['waits for its moment', '2026-12-01T09:00', 'America/New_York', 'skip', '2026-12-01T14:00:00Z'],
  [
    'is sent at once where it has passed',
    '2026-12-01T09:00',
    'Asia/Tokyo',
    'send_now',
    '2026-12-01T06:00:00Z',
  ],
  [
    'is sent a day later where it has passed',
    '2026-12-01T09:00',
    'Asia/Tokyo',
    'next_day',
    '2026-12-02T00:00:00Z',
  ],
  ['is not sent where it has passed', '2026-12-01T09:00', 'Asia/Tokyo', 'skip', null],
  ['is on time at the very minute', '2026-12-01T15:00', 'Asia/Tokyo', 'skip', '2026-12-01T06:00:00Z'],
] as const)('a local time %s', (_, wall, zone, late, due) => {
  const acceptedAt = at('2026-12-01T06:00:00Z')
  expect(localDue(wall, { zone, acceptedAt, late })).toEqual(due && at(due))
})

test('the next day keeps the time on the wall when the clock is changed in between', () => {
  const acceptedAt = at('2026-03-28T12:00:00Z')
  const due = localDue('2026-03-28T09:00', { zone: 'Europe/Berlin', acceptedAt, late: 'next_day' })
  expect(due).toEqual(at('2026-03-29T07:00:00Z'))
})

test('the next coming of a time of day is within a day and an hour, and shows that time unless it is skipped', () => {
  fc.assert(
    fc.property(anyTime, anyZone, anyMoment, anyZone, (time, zone, from, own) => {
      process.env.TZ = own
      const due = nextTimeOfDay(time, zone, from)
      const aheadMs = due.getTime() - from.getTime()
      expect(aheadMs).toBeGreaterThanOrEqual(0)
      expect(aheadMs).toBeLessThanOrEqual(25 * hourMs)
      const shown = wallTime(due, zone)
      // Skipped: the clock shows a later time, and showed an earlier one a minute before.
      if (shown.slice(11) !== time)
        expect([
          shown.slice(11) > time,
          wallTime(new Date(due.getTime() - 60_000), zone).slice(11) < time,
        ]).toEqual([true, true])
    }),
    { numRuns: 2_000 },
  )
})

test('nobody is due before the audience is frozen, or after the last moment that was promised', () => {
  const timing = fc.oneof(
    fc.record({
      kind: fc.constant('local_time' as const),
      at: fc.tuple(fc.integer({ min: -20, max: 48 }), anyTime),
      late: fc.constantFrom('send_now' as const, 'next_day' as const, 'skip' as const),
    }),
    fc.record({
      kind: fc.constant('best_time' as const),
      within_hours: fc.integer({ min: 1, max: 24 }),
      fallback: anyTime,
      opens: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 24, maxLength: 24 }),
    }),
  )
  fc.assert(
    fc.property(timing, anyZone, anyMoment, (given, zone, now) => {
      if (given.kind === 'local_time') {
        const [hours, time] = given.at
        const wall = `${new Date(now.getTime() + hours * hourMs).toISOString().slice(0, 10)}T${time}`
        const local = MessageTiming.parse({ ...given, at: wall })
        const span = spanOf(local, { startAt: now, now })
        const due = localDue(wall, { zone, acceptedAt: now, late: given.late })
        if (!due) {
          expect(given.late).toBe('skip')
          return
        }
        expect(span.startAt <= due).toBe(true)
        // It is refused when it has passed everywhere.
        if (Date.parse(`${wall}Z`) + 12 * hourMs >= now.getTime()) expect(due <= span.lastDueAt).toBe(true)
        return
      }
      const { opens, ...best } = given
      const span = spanOf(best, { startAt: now, now })
      const { within_hours: withinHours, fallback } = best
      const due = bestDue(opens, comingDay(zone, { startAt: now, withinHours, fallback }))
      expect(due >= now && due <= span.lastDueAt).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})

function opensAt(...hours: number[]): number[] {
  return Array.from({ length: 24 }, (_, hour) => hours.filter((each) => each === hour).length)
}

test.each([
  ['the hour in which somebody opened most', opensAt(8, 20, 20, 7), 24, '2026-12-01T19:00:00Z'],
  ['of equal hours the next to come', opensAt(8, 8, 20, 20), 24, '2026-12-01T19:00:00Z'],
  ['the hour that it is, at once', opensAt(13, 13, 13), 24, '2026-12-01T12:30:00Z'],
  ['the best of those that come in time', opensAt(9, 9, 9, 15, 15), 4, '2026-12-01T14:00:00Z'],
  ['the fallback for fewer than three opens', opensAt(20, 20), 24, '2026-12-02T09:00:00Z'],
  ['the start when neither comes in time', opensAt(9, 9, 9), 4, '2026-12-01T12:30:00Z'],
])('the best time is %s', (_, opens, withinHours, due) => {
  const startAt = at('2026-12-01T12:30:00Z')
  expect(bestDue(opens, comingDay('Europe/Berlin', { startAt, withinHours, fallback: '10:00' }))).toEqual(
    at(due),
  )
})

test.each([
  [10, 60],
  [60, 10],
  [2_345, 7],
  [250_000, 3],
  [1, 1_440],
])('a spread of %i over %i minutes is even, from the start to before the end', (total, minutes) => {
  const beganAt = at('2026-12-01T12:00:00Z')
  const dues = Array.from({ length: total }, (_, i) => spreadDue(i, { beganAt, minutes, total }).getTime())
  expect(dues[0]).toBe(beganAt.getTime())
  expect(dues).toEqual(dues.toSorted((a, b) => a - b))
  expect(dues.at(-1)).toBeLessThan(beganAt.getTime() + minutes * 60_000)
  const sizes = [...Map.groupBy(dues, (due) => due).values()].map((slot) => slot.length)
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
  expect(sizes.length).toBe(Math.min(total, Math.max(minutes, Math.ceil(total / 1_000))))
  const perMinute = [...Map.groupBy(dues, (due) => Math.floor((due - beganAt.getTime()) / 60_000)).values()]
  const share = total / minutes
  const slack = total / sizes.length + 1
  for (const minute of perMinute) expect(Math.abs(minute.length - share)).toBeLessThanOrEqual(slack)
})
