import { expect, test } from 'vitest'
import { holdMs, retryWaitMs } from './retry-schedule.ts'

const waits = (random: () => number) =>
  Array.from({ length: 10 }, (_, i) => retryWaitMs(i + 1, random)).filter((wait) => wait !== null)

test('an event is tried ten times over three days, whatever chance says, and then given up', () => {
  for (const random of [() => 0, () => 0.5, () => 1]) {
    expect(waits(random)).toHaveLength(9)
    const days = waits(random).reduce((sum, wait) => sum + wait, 0) / 86_400_000
    expect(days).toBeGreaterThan(2.8)
    expect(days).toBeLessThan(3.5)
  }
  expect(retryWaitMs(10, () => 0.5)).toBeNull()
})

test('a webhook that fails again and again is held for longer each time, up to ten minutes', () => {
  expect([1, 4, 5, 6, 7, 12, 2_000].map(holdMs)).toEqual([0, 0, 5_000, 10_000, 20_000, 600_000, 600_000])
})
