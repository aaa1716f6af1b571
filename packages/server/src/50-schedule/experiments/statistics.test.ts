import { describe, expect, test } from 'vitest'
import { compare, newcombe, wilson } from './statistics.ts'

describe('the interval of a share is Wilson’s', () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i', (n, total, low, high) => {
    const found = wilson({ n, total })
    expect(found.low).toBeCloseTo(low, 4)
    expect(found.high).toBeCloseTo(high, 4)
  })

  test('all of some is its mirror, and of none nothing is known', () => {
    expect(wilson({ n: 20, total: 20 })).toEqual({ low: expect.closeTo(1 - 0.1611, 4), high: 1 })
    expect(wilson({ n: 0, total: 0 })).toEqual({ low: 0, high: 1 })
  })
})

describe('the interval of a difference is Newcombe’s', () => {
  // Newcombe, "Interval estimation for the difference between independent proportions" (1998), table II, method 10.
  test.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ])('%i of %i against %i of %i', (n1, total1, n2, total2, low, high) => {
    const found = newcombe({ n: n1, total: total1 }, { n: n2, total: total2 })
    expect(found.low).toBeCloseTo(low, 4)
    expect(found.high).toBeCloseTo(high, 4)
    expect(found.difference).toBeCloseTo(n1 / total1 - n2 / total2, 12)
  })
})

test('what was sent to nobody has no rate and is compared with nothing', () => {
  const nothing = { n: 0, total: 0 }
  expect(compare(nothing, { n: 1, total: 2 })).toEqual({
    n: 0,
    rate: null,
    low: null,
    high: null,
    uplift: null,
  })
  expect(compare({ n: 1, total: 2 }, nothing).uplift).toBeNull()
})

test('the relative uplift is the difference as a share of the baseline’s rate', () => {
  expect(compare({ n: 30, total: 100 }, { n: 20, total: 100 }).uplift?.relative).toBeCloseTo(0.5, 12)
  expect(compare({ n: 30, total: 100 }, { n: 0, total: 100 }).uplift?.relative).toBeNull()
  expect(compare({ n: 30, total: 100 }, null).uplift).toBeNull()
})
