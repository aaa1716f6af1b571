import { expect, test } from 'vitest'
import { growthExponent } from './growth.ts'

const sizes = [10_000, 100_000, 1_000_000]

test.each([1, 1.1, 2])('a cost that grows with size to the power of %d has that exponent', (exponent) => {
  const points = sizes.map((size) => ({ size, cost: 3 * size ** exponent }))
  expect(growthExponent(points)).toBeCloseTo(exponent, 10)
})

test('a fixed part makes the exponent smaller', () => {
  expect(growthExponent(sizes.map((size) => ({ size, cost: 1000 + size / 100 })))).toBeLessThan(1)
})

test('one size alone has no growth', () => {
  expect(growthExponent([{ size: 10, cost: 1 }])).toBeNull()
})
