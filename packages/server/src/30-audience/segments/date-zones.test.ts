import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../00-kernel/index.ts'
import { openTestStore } from '../../testing/test-store.ts'
import { casesOf, dayEdges } from './testing/day-edges.ts'
import { whoMeets } from './testing/who-meets.ts'

let store: Store
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store?.[Symbol.asyncDispose]())

describe('a day begins and ends where the workspace says so', () => {
  test.each(dayEdges)('$timeZone: $day $because', async (edges) => {
    expect((Date.parse(edges.ends) - Date.parse(edges.begins)) / 3_600_000).toBe(edges.hours)
    for (const { condition, judged, expected } of casesOf(edges)) {
      const found = (await whoMeets(store.db, condition, judged)).sort()
      expect({ condition, now: judged.now, found }).toEqual({ condition, now: judged.now, found: expected })
    }
  })

  test('an hour that comes twice is two hours to an instant', async () => {
    const [first, second] = ['2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00']
    const judged = { people: { first, second }, type: 'date' as const, timeZone: 'Europe/Berlin' }
    expect(await whoMeets(store.db, { operator: 'before', value: second }, judged)).toEqual(['first'])
    expect(await whoMeets(store.db, { operator: 'after', value: first }, judged)).toEqual(['second'])
    expect(await whoMeets(store.db, { operator: 'equals', value: '2026-10-25' }, judged)).toHaveLength(2)
  })

  test('a day that never was holds no instant, and its date is a day of its own', async () => {
    const people = { last: '2011-12-30T09:59:59Z', first: '2011-12-30T10:00:00Z', skipped: '2011-12-30' }
    const judged = { people, type: 'date' as const, timeZone: 'Pacific/Apia' }
    const met = (operator: 'equals' | 'before' | 'after') =>
      whoMeets(store.db, { operator, value: '2011-12-30' }, judged)
    expect([await met('before'), await met('equals'), await met('after')]).toEqual([
      ['last'],
      ['skipped'],
      ['first'],
    ])
  })
})

describe('the time zone of the server and of its database session changes nothing', () => {
  const expected = dayEdges.flatMap(casesOf).map((one) => one.expected)
  const zones = Intl.supportedValuesOf('timeZone')
  const anyZone = zones[Math.floor(Math.random() * zones.length)] as string

  test.each([
    'America/Havana',
    'Pacific/Apia',
    'Asia/Kathmandu',
    anyZone,
  ])('in a process that runs in %s', async (TZ) => {
    const program = fileURLToPath(new URL('./testing/judge-days.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [program], { env: { ...process.env, TZ } })
    const { zone, found } = JSON.parse(stdout) as { zone: string; found: string[][] }
    expect(offsetIn(zone)).toBe(offsetIn(TZ))
    expect(found.map((names) => names.sort())).toEqual(expected)
  })
})

/** Zones have several names; what the clock says tells them apart. */
function offsetIn(timeZone: string): string {
  return new Date('2018-02-18T02:30:00Z').toLocaleString('en', { timeZone })
}
