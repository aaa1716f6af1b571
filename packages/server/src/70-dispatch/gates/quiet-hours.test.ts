import { type QuietHours, quietHoursAtFirst, weekdays } from '@carillon/contract'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { quietSpell } from './quiet-hours.ts'

const zones = Intl.supportedValuesOf('timeZone')
const dayMs = 86_400_000
const minuteMs = 60_000
const nightly: QuietHours = { ...quietHoursAtFirst, enabled: true }

/** What the machine's own clock says must not matter. */
beforeEach(() => {
  process.env.TZ = zones[Math.floor(Math.random() * zones.length)]
})

function untilOf(rule: QuietHours, zone: string, at: string): string | null {
  const spell = quietSpell(rule, zone, Date.parse(at))
  return spell.isQuiet ? new Date(spell.toMs).toISOString() : null
}

const at = (start: string, end: string): QuietHours => ({ ...nightly, start, end })

test.each([
  ['in the evening', nightly, 'Europe/Berlin', '2026-11-21T21:30:00Z', '2026-11-22T07:00:00.000Z'],
  ['in the morning', nightly, 'Europe/Berlin', '2026-11-22T06:59:59Z', '2026-11-22T07:00:00.000Z'],
  ['at their end', nightly, 'Europe/Berlin', '2026-11-22T07:00:00Z', null],
  ['by day', nightly, 'Europe/Berlin', '2026-11-22T12:00:00Z', null],
  ['elsewhere', nightly, 'America/New_York', '2026-11-22T12:00:00Z', '2026-11-22T13:00:00.000Z'],
  ['by half an hour', nightly, 'Asia/Kolkata', '2026-11-22T00:00:00Z', '2026-11-22T02:30:00.000Z'],
  ['at noon', at('12:00', '14:00'), 'UTC', '2026-11-22T13:00:00Z', '2026-11-22T14:00:00.000Z'],
  // Summer time skips 02:00 to 03:00 in Berlin on 29 March 2026, and repeats it on 25 October.
  [
    'an end that is skipped',
    at('22:00', '02:30'),
    'Europe/Berlin',
    '2026-03-29T00:30:00Z',
    '2026-03-29T01:00:00.000Z',
  ],
  [
    'a start that is skipped',
    at('02:30', '08:00'),
    'Europe/Berlin',
    '2026-03-29T01:00:00Z',
    '2026-03-29T06:00:00.000Z',
  ],
  [
    'an end that comes twice',
    at('22:00', '02:30'),
    'Europe/Berlin',
    '2026-10-25T00:45:00Z',
    '2026-10-25T01:30:00.000Z',
  ],
  [
    'a start that comes twice',
    at('02:30', '08:00'),
    'Europe/Berlin',
    '2026-10-25T00:30:00Z',
    '2026-10-25T07:00:00.000Z',
  ],
  ['both in the gap', at('02:15', '02:45'), 'Europe/Berlin', '2026-03-29T01:00:00Z', null],
  [
    'an end and the next start in one gap',
    at('02:30', '02:15'),
    'Europe/Berlin',
    '2026-03-28T20:00:00Z',
    '2026-03-30T00:15:00.000Z',
  ],
  // Samoa had no 30 December 2011.
  ['a date that never was', nightly, 'Pacific/Apia', '2011-12-30T09:59:00Z', '2011-12-30T18:00:00.000Z'],
])('%s', (_what, rule, zone, now, until) => {
  expect(untilOf(rule, zone, now)).toBe(until)
})

test('only nights that begin on the named days are quiet', () => {
  const weekend: QuietHours = { ...nightly, days: ['friday', 'saturday'] }
  // The night of Sunday, 22 November 2026, and the one of the Friday before, which reaches into Saturday.
  expect(untilOf(weekend, 'UTC', '2026-11-22T23:00:00Z')).toBeNull()
  expect(untilOf(weekend, 'UTC', '2026-11-22T07:59:00Z')).toBe('2026-11-22T08:00:00.000Z')
  expect(untilOf(weekend, 'UTC', '2026-11-21T03:00:00Z')).toBe('2026-11-21T08:00:00.000Z')
})

test('around every change of every zone’s clock nobody is sent to while it shows a quiet time', () => {
  const changes = zones.flatMap((zone) => changesOf(zone, 2026).map((atMs) => ({ zone, atMs })))
  expect(changes.length).toBeGreaterThan(200)
  for (const { zone, atMs } of changes) {
    for (const hours of [-13, -1, 0, 1, 2, 11])
      for (const rule of [nightly, at('02:30', '05:00'), at('23:00', '02:15')])
        judge(rule, zone, atMs + hours * 3_600_000 + 7 * minuteMs)
  }
}, 120_000)

test('nor at any time, by any rule', () => {
  const time = fc
    .tuple(fc.nat(23), fc.nat(59))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
  const rules = fc
    .record({ start: time, end: time, days: fc.subarray([...weekdays], { minLength: 1 }) })
    .filter(({ start, end }) => start !== end)
  const moment = fc.integer({ min: Date.UTC(2020), max: Date.UTC(2035) })
  fc.assert(
    fc.property(rules, fc.constantFrom(...zones), moment, (rule, zone, nowMs) =>
      judge({ ...nightly, ...rule }, zone, nowMs),
    ),
    { numRuns: 400 },
  )
})

/** A wall clock is asked by other means; a spell may be longer than it shows where an hour comes twice. */
function judge(rule: QuietHours, zone: string, nowMs: number): void {
  const spell = quietSpell(rule, zone, nowMs)
  const place = `${zone} ${new Date(nowMs).toISOString()} ${rule.start}-${rule.end}`
  if (showsQuiet(rule, zone, nowMs)) expect(spell.isQuiet, place).toBe(true)
  else if (spell.isQuiet) expect(hasChange(zone, nowMs), place).toBe(true)
  expect(spell.fromMs <= nowMs && nowMs < spell.toMs, place).toBe(true)
  if (spell.isQuiet) expect(quietSpell(rule, zone, spell.toMs).isQuiet, place).toBe(false)
  // What is said of the whole spell holds at its last moment.
  else expect(showsQuiet(rule, zone, spell.toMs - 1), place).toBe(false)
}

function showsQuiet({ start, end, days }: QuietHours, zone: string, nowMs: number): boolean {
  const { time, weekday } = clockOf(zone, nowMs)
  const before = weekdays[(weekdays.indexOf(weekday) + 6) % 7] as typeof weekday
  if (start < end) return time >= start && time < end && days.includes(weekday)
  return (time >= start && days.includes(weekday)) || (time < end && days.includes(before))
}

const formats = new Map<string, Intl.DateTimeFormat>()

function clockOf(zone: string, nowMs: number) {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'long',
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'longOffset',
    })
  formats.set(zone, format)
  const parts = Object.fromEntries(format.formatToParts(nowMs).map(({ type, value }) => [type, value]))
  return {
    time: `${parts.hour}:${parts.minute}`,
    weekday: parts.weekday?.toLowerCase() as (typeof weekdays)[number],
    offset: parts.timeZoneName,
  }
}

function hasChange(zone: string, nowMs: number): boolean {
  return clockOf(zone, nowMs - 2 * dayMs).offset !== clockOf(zone, nowMs + 2 * dayMs).offset
}

function changesOf(zone: string, year: number): number[] {
  const found: number[] = []
  for (let day = Date.UTC(year); day < Date.UTC(year + 1); day += dayMs) {
    let [before, after] = [day, day + dayMs]
    const offset = clockOf(zone, before).offset
    if (clockOf(zone, after).offset === offset) continue
    while (after - before > minuteMs) {
      const middle = Math.floor((before + after) / 2 / minuteMs) * minuteMs
      if (clockOf(zone, middle).offset === offset) before = middle
      else after = middle
    }
    found.push(after)
  }
  return found
}
