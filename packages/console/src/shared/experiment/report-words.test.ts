import { expect, it } from 'vitest'
import { rateText, scaleOf, upliftText } from './report-words.ts'

const none = { n: 0, rate: null, low: null, high: null, uplift: null }

it('says a rate with its interval and what it is counted from', () => {
  expect(rateText({ n: 125, rate: 0.125, low: 0.101, high: 0.1534, uplift: null }, 1_000)).toBe(
    '12.5 % (10.1 to 15.3), 125 of 1,000',
  )
  expect(rateText(none, 0)).toBe('Nothing sent yet')
})

it('says an uplift in points, and whether it may be chance', () => {
  expect(upliftText({ difference: 0.021, low: -0.003, high: 0.044, relative: 0.2 })).toBe(
    '+2.1 points (−0.3 to +4.4), +20 %: may be chance',
  )
  expect(upliftText({ difference: 0.05, low: 0.01, high: 0.09, relative: null })).toContain('better')
  expect(upliftText({ difference: -0.05, low: -0.09, high: -0.01, relative: -0.5 })).toContain('worse')
  expect(upliftText(null)).toBe('–')
})

it('scales all bars alike, to a little beyond the highest interval', () => {
  expect(
    scaleOf([
      { ...none, high: 0.2 },
      { ...none, high: 0.1 },
    ]),
  ).toBeCloseTo(0.21, 12)
  expect(scaleOf([{ ...none, high: 1 }])).toBe(1)
  expect(scaleOf([none])).toBe(0.01)
})
