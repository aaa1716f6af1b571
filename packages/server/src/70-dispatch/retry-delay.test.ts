import { expect, test } from 'vitest'
import { retryDelayMs } from './retry-delay.ts'

test.each([0, 0.999])('ten attempts outlast an hour, and not a night (chance %f)', (chance) => {
  const delays = Array.from({ length: 9 }, (_, i) => retryDelayMs(i + 1, null, () => chance))
  const total = delays.reduce((sum, delay) => sum + delay, 0)
  expect(total).toBeGreaterThan(3_600_000)
  expect(total).toBeLessThan(2 * 3_600_000)
})

test('a Retry-After takes the place of all that, and is never undercut', () => {
  expect(retryDelayMs(9, 1_000, () => 0)).toBe(1_000)
  expect(retryDelayMs(1, 60_000, () => 0.999)).toBeLessThanOrEqual(66_000)
})
