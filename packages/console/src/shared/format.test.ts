import { describe, expect, it } from 'vitest'
import { reachableBy } from './estimate-card.tsx'
import { ago, counted, duration, percent, shortCount, words } from './format.ts'

describe('how figures are written', () => {
  it('never rounds something to nothing nor nearly all to all', () => {
    expect(percent(1, 1_000_000)).toBe('< 0.1 %')
    expect(percent(999_999, 1_000_000)).toBe('> 99.9 %')
    expect(percent(1, 3)).toBe('33.3 %')
    expect(percent(2, 2)).toBe('100 %')
    expect(percent(0, 0)).toBe('–')
  })

  it('shortens only large counts', () => {
    expect(shortCount(9_999)).toBe('9,999')
    expect(shortCount(1_234_567)).toBe('1.2M')
    expect(counted(1, 'user')).toBe('1 user')
    expect(counted(2_000, 'user')).toBe('2,000 users')
  })

  it('writes durations in their two largest units', () => {
    expect(duration(0)).toBe('0 s')
    expect(duration(59.6)).toBe('1 min')
    expect(duration(7_384)).toBe('2 h 3 min')
    expect(duration(86_400 * 28)).toBe('28 d')
  })

  it('writes times near now relatively and others as a date', () => {
    const now = Date.parse('2026-06-15T12:00:00Z')
    expect(ago('2026-06-15T11:59:55Z', now)).toBe('just now')
    expect(ago('2026-06-15T11:55:00Z', now)).toBe('5 min. ago')
    expect(ago('2026-06-18T12:00:00Z', now)).toBe('in 3 days')
    expect(ago('2026-01-02T12:00:00Z', now)).toBe('Jan 2, 2026')
  })

  it('reads identifiers as words', () => {
    expect(words('token_unregistered')).toBe('Token unregistered')
  })
})

it('counts the devices that push reaches, without email and SMS', () => {
  expect(
    reachableBy('push', {
      reachable: { apns: 1, fcm: 2, webpush: 3, wns: 4, email: 50, sms: 60, wallet: 70 },
    }),
  ).toBe(10)
})
