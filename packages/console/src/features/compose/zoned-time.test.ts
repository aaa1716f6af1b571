import { describe, expect, it } from 'vitest'
import { wallTime, zonedInstant } from './zoned-time.ts'

describe('a time in a zone', () => {
  it.each([
    ['2026-01-15T09:00', 'Europe/Berlin', '2026-01-15T08:00:00.000Z'],
    ['2026-07-15T09:00', 'Europe/Berlin', '2026-07-15T07:00:00.000Z'],
    ['2026-07-15T09:00', 'Asia/Kolkata', '2026-07-15T03:30:00.000Z'],
    ['2026-07-15T09:00', 'UTC', '2026-07-15T09:00:00.000Z'],
  ])('%s in %s is %s', (wall, zone, instant) => {
    expect(zonedInstant(wall, zone)?.toISOString()).toBe(instant)
    expect(wallTime(new Date(instant), zone)).toBe(wall)
  })

  it('moves a time that summer time skips forward by the hour that is skipped', () => {
    expect(zonedInstant('2026-03-29T02:30', 'Europe/Berlin')?.toISOString()).toBe('2026-03-29T01:30:00.000Z')
  })

  it('takes a time that comes twice at its first coming', () => {
    expect(zonedInstant('2026-10-25T02:30', 'Europe/Berlin')?.toISOString()).toBe('2026-10-25T00:30:00.000Z')
    expect(zonedInstant('2026-11-01T01:30', 'America/New_York')?.toISOString()).toBe(
      '2026-11-01T05:30:00.000Z',
    )
  })

  it('is nothing while it is being typed', () => {
    expect(zonedInstant('', 'UTC')).toBeNull()
    expect(zonedInstant('2026-10-2', 'UTC')).toBeNull()
  })
})
