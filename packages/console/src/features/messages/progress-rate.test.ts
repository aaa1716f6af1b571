import { describe, expect, it } from 'vitest'
import { etaSeconds, ratePerSecond, type Sample, withSample } from './progress-rate.ts'

const none = { targeted: 0, excluded: 0, pending: 0, sent: 0, failed: 0, received: 0, opened: 0, clicked: 0 }

describe('the rate of a running message', () => {
  it('counts every recipient that was settled, whichever way, over the last ten seconds', () => {
    let samples: Sample[] = []
    samples = withSample(samples, { ...none, sent: 1_000_000 }, 0)
    samples = withSample(samples, { ...none, sent: 1_000_100, failed: 50, excluded: 50 }, 20_000)
    samples = withSample(samples, { ...none, sent: 1_000_300, failed: 50, excluded: 50 }, 22_000)
    expect(ratePerSecond(samples)).toBe(100)
  })

  it('is unknown before there are two looks apart', () => {
    expect(ratePerSecond([])).toBeNull()
    expect(ratePerSecond([{ atMs: 0, done: 5 }])).toBeNull()
    expect(
      ratePerSecond([
        { atMs: 0, done: 5 },
        { atMs: 100, done: 50 },
      ]),
    ).toBeNull()
  })

  it('tells how long the rest takes, unless nothing moves', () => {
    expect(etaSeconds(1_000, 50)).toBe(20)
    expect(etaSeconds(1_000, 0)).toBeNull()
    expect(etaSeconds(1_000, null)).toBeNull()
  })
})
