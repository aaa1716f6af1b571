import { type RepeatEvery, wallTime, zonedInstant } from '@carillon/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WholeCampaign } from './campaign-row.ts'
import { nextEvaluation, roundAt } from './rounds.ts'

function campaign(start_local: string, zone: string, repeats: RepeatEvery[] = []): WholeCampaign {
  const start_at = zonedInstant(start_local, zone) as Date
  return {
    start_local,
    zone,
    start_at,
    end_at: new Date(start_at.getTime() + 400 * 86_400_000),
    evaluate_every_seconds: 3_600,
    messages: repeats.map((repeat) => ({ repeat })),
  } as WholeCampaign
}

const daily: RepeatEvery = { every: 1, unit: 'days' }
const at = (time: string) => new Date(time)

test('a daily round keeps its wall-clock time when summer time comes and goes', () => {
  const berlin = campaign('2026-03-27T09:00', 'Europe/Berlin')
  expect(roundAt(berlin, daily, at('2026-03-28T12:00:00Z'))).toEqual({
    at: at('2026-03-28T08:00:00Z'),
    next: at('2026-03-29T07:00:00Z'),
  })
  expect(roundAt(berlin, daily, at('2026-10-25T07:59:59Z'))).toEqual({
    at: at('2026-10-24T07:00:00Z'),
    next: at('2026-10-25T08:00:00Z'),
  })
})

test('a round at a time that is skipped moves forward, and one at a time that comes twice begins once', () => {
  const newYork = campaign('2026-03-07T02:30', 'America/New_York')
  const { at: skipped, next } = roundAt(newYork, daily, at('2026-03-08T12:00:00Z'))
  expect([skipped, next]).toEqual([at('2026-03-08T07:30:00Z'), at('2026-03-09T06:30:00Z')])
  const autumn = campaign('2026-10-31T01:30', 'America/New_York')
  expect(roundAt(autumn, daily, at('2026-11-01T06:45:00Z'))).toEqual({
    at: at('2026-11-01T05:30:00Z'),
    next: at('2026-11-02T06:30:00Z'),
  })
})

test('hours are hours, whatever the clock on the wall does', () => {
  const berlin = campaign('2026-03-29T00:00', 'Europe/Berlin')
  const { at: began, next } = roundAt(berlin, { every: 6, unit: 'hours' }, at('2026-03-29T06:00:00Z'))
  expect([began, next]).toEqual([at('2026-03-29T05:00:00Z'), at('2026-03-29T11:00:00Z')])
})

const zones = [
  'UTC',
  'Europe/Berlin',
  'Asia/Kolkata',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Apia',
]

test('in any zone, rounds follow each other without a gap and without an overlap', () => {
  const cases = fc.record({
    zone: fc.constantFrom(...zones),
    startMs: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }),
    aheadMs: fc.integer({ min: 0, max: 400 * 86_400_000 }),
    repeat: fc.record({
      every: fc.integer({ min: 1, max: 40 }),
      unit: fc.constantFrom('hours' as const, 'days' as const, 'weeks' as const),
    }),
  })
  fc.assert(
    fc.property(cases, ({ zone, startMs, aheadMs, repeat }) => {
      const given = campaign(wallTime(new Date(startMs), zone), zone)
      const now = new Date(given.start_at.getTime() + aheadMs)
      const round = roundAt(given, repeat, now)
      expect(round.at <= now && now < round.next).toBe(true)
      expect(roundAt(given, repeat, round.at).at).toEqual(round.at)
      expect(roundAt(given, repeat, new Date(round.next.getTime() - 1)).at).toEqual(round.at)
      expect(roundAt(given, repeat, round.next).at).toEqual(round.next)
    }),
    { numRuns: 200 },
  )
})

test('the next look is at the interval, at the next round or at the end, whichever is first', () => {
  const now = at('2026-05-01T10:20:00Z')
  const plain = campaign('2026-05-01T10:00', 'UTC')
  expect(nextEvaluation(plain, now)).toEqual(at('2026-05-01T11:00:00Z'))
  const often = campaign('2026-05-01T10:00', 'UTC', [{ every: 1, unit: 'hours' }])
  expect(nextEvaluation({ ...often, evaluate_every_seconds: 86_400 }, now)).toEqual(
    at('2026-05-01T11:00:00Z'),
  )
  expect(nextEvaluation({ ...plain, end_at: at('2026-05-01T10:30:00Z') }, now)).toEqual(
    at('2026-05-01T10:30:00Z'),
  )
  expect(nextEvaluation(plain, plain.start_at)).toEqual(at('2026-05-01T11:00:00Z'))
})
