import { CampaignMessageInput, MessageCreate } from '@carillon/contract'
import { describe, expect, it } from 'vitest'
import { emptyTiming, timingDraftOf, toTiming } from './timing-draft.ts'
import { describeTiming, hasPassedEverywhere } from './timing-words.ts'

const now = new Date('2026-12-01T00:30:00Z')
const say = (timing: Partial<typeof emptyTiming>, expected: number | null = null) =>
  describeTiming({ ...emptyTiming, ...timing }, { startAt: now, expected, now })

describe('the summary of the timing', () => {
  it('says where a local time comes first and last, and what becomes of where it has passed', () => {
    const [order, passed] = say({ turn: 'local_time', localAt: '2026-12-01T09:00' })
    expect(order).toMatch(/^It reaches Delhi first, at .*, and Honolulu last, at /)
    expect(passed).toBe('The time has passed in Auckland, Sydney, Tokyo: it goes there a day later.')
    expect(say({ turn: 'local_time', localAt: '2026-12-05T09:00' })).toHaveLength(1)
  })

  it('says how long a spread and a pace take', () => {
    expect(say({ turn: 'spread', minutes: 90 }, 9_000)[0]).toMatch(
      /^Evenly over 1 h 30 min, about 100 in a minute\. The last at /,
    )
    expect(say({ perMinute: 100 }, 12_050)).toEqual([
      'Never more than 100 in any minute: 12,050 take 2 h 1 min at least.',
    ])
    expect(say({})).toEqual([])
  })

  it('knows that a time has passed everywhere', () => {
    expect(hasPassedEverywhere('2026-11-30T12:29', now)).toBe(true)
    expect(hasPassedEverywhere('2026-11-30T12:31', now)).toBe(false)
  })
})

it.each([
  { kind: 'local_time' as const, at: '2026-12-01T09:00', late: 'skip' as const },
  { kind: 'spread' as const, minutes: 7 },
  { kind: 'best_time' as const, within_hours: 12, fallback: '18:30' },
  null,
])('what is edited and saved unchanged stays as it was: %o', (timing) => {
  const body = toTiming(timingDraftOf(timing, 50))
  expect(body).toEqual({ ...(timing && { delivery: timing }), pace_per_minute: 50 })
  expect(MessageCreate.parse({ to: { all: true }, content: {}, ...body })).toMatchObject(body)
  if (timing?.kind !== 'local_time')
    expect(
      CampaignMessageInput.parse({ name: 'x', app_id: '0197a000-0000-7000-8000-000000000001', ...body }),
    ).toMatchObject(body)
})
