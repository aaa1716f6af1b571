import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { firstMomentAt } from './local-time.ts'

const zones = Intl.supportedValuesOf('timeZone')
const dayMs = 86_400_000
const ownZone = process.env.TZ
afterAll(() => {
  if (ownZone === undefined) delete process.env.TZ
  else process.env.TZ = ownZone
})

/** The machine's own zone must not matter. */
function moveTo(zone: string): void {
  process.env.TZ = zone
  expect(Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(zone)
}

/** What a clock shows, by another road than the code's. */
const clocks = new Map(
  zones.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }),
  ]),
)
function clockAt(ms: number, zone: string): string {
  return clocks.get(zone)?.format(ms).replace(' ', 'T') as string
}
const wallMs = (ms: number, zone: string) => Date.parse(`${clockAt(ms, zone)}Z`)
const asWall = (ms: number) => new Date(ms).toISOString().slice(0, 19)

/** When the clock of a zone is changed, and by how much. */
function changesOf(zone: string, fromYear: number, toYear: number): { at: number; byMs: number }[] {
  const offset = (ms: number) => wallMs(ms, zone) - ms
  const found: { at: number; byMs: number }[] = []
  for (let ms = Date.UTC(fromYear, 0, 1); ms < Date.UTC(toYear, 0, 1); ms += 7 * dayMs) {
    if (offset(ms) === offset(ms + 7 * dayMs)) continue
    let [before, after] = [ms, ms + 7 * dayMs]
    while (after - before > 1_000) {
      const middle = Math.floor((before + after) / 2_000) * 1_000
      if (offset(middle) === offset(before)) before = middle
      else after = middle
    }
    found.push({ at: after, byMs: offset(after) - offset(before) })
  }
  return found
}

test.each([
  [
    'a time that summer time skips is the moment after the gap',
    '2026-03-29T02:30',
    'Europe/Berlin',
    '2026-03-29T01:00:00Z',
  ],
  ['the first minute of a gap as well', '2026-03-29T02:00', 'Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['the minute after a gap is there', '2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['a time that comes twice is the first', '2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
  ['half an hour may be skipped', '2026-10-04T02:10', 'Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['half an hour may come twice', '2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z'],
  ['midnight may be skipped', '2026-04-24T00:00', 'Africa/Cairo', '2026-04-23T22:00:00Z'],
  ['a whole day may be skipped', '2011-12-30T09:00', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['zones at three quarters of an hour', '2026-12-01T09:00', 'Asia/Kathmandu', '2026-12-01T03:15:00Z'],
  ['where the day comes first', '2026-12-01T09:00', 'Pacific/Kiritimati', '2026-11-30T19:00:00Z'],
  ['where the day comes last', '2026-12-01T09:00', 'Etc/GMT+12', '2026-12-01T21:00:00Z'],
])('%s', (_, wall, zone, instant) => {
  expect(firstMomentAt(wall, zone)).toEqual(new Date(instant))
})

test('around every change of every clock from 2023 to 2031 nothing is lost, doubled or early, wherever the server stands', () => {
  let changes = 0
  for (const [i, zone] of zones.entries()) {
    if (i % 20 === 0) moveTo(zones[(i * 7) % zones.length] as string)
    for (const { at, byMs } of changesOf(zone, 2023, 2031)) {
      changes += 1
      const skippedFrom = wallMs(at - 1_000, zone) + 1_000
      const ways = [
        -1,
        0,
        1,
        Math.abs(byMs) / 60_000 / 2,
        Math.abs(byMs) / 60_000 - 1,
        Math.abs(byMs) / 60_000,
      ]
      for (const minutes of ways) {
        const wall = skippedFrom + Math.sign(byMs) * minutes * 60_000
        const due = firstMomentAt(asWall(wall), zone)?.getTime() as number
        const isSkipped = byMs > 0 && minutes >= 0 && minutes * 60_000 < byMs
        expect([zone, asWall(wall), clockAt(due, zone)]).toEqual([
          zone,
          asWall(wall),
          isSkipped ? clockAt(at, zone) : asWall(wall),
        ])
        expect(wallMs(due - 1_000, zone), `${zone} ${asWall(wall)}`).toBeLessThan(wall)
        // Not the second coming.
        expect(wallMs(due - Math.abs(byMs), zone)).not.toBe(isSkipped ? Number.NaN : wall)
      }
    }
  }
  expect(changes).toBeGreaterThan(1_000)
}, 60_000)

test('at any time in any zone it is the first moment at which the clock shows the time, or more', () => {
  const cases = fc.record({
    zone: fc.constantFrom(...zones),
    own: fc.constantFrom(...zones),
    ms: fc.integer({ min: Date.UTC(2015, 0, 1) / 60_000, max: Date.UTC(2035, 0, 1) / 60_000 }),
  })
  fc.assert(
    fc.property(cases, ({ zone, own, ms }) => {
      moveTo(own)
      const wall = ms * 60_000
      const due = firstMomentAt(asWall(wall), zone)?.getTime() as number
      expect(wallMs(due, zone)).toBeGreaterThanOrEqual(wall)
      expect(wallMs(due - 1_000, zone)).toBeLessThan(wall)
    }),
    { numRuns: 2_000 },
  )
})
