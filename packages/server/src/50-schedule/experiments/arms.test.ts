import { expect, test } from 'vitest'
import { armOf, controlArm, drawsOf, isRest, restArm, variantOfArm, waitingArm } from './arms.ts'

const experiment = '0197c1b2-0000-7000-8000-000000000001'
const person = (i: number) => `0197c1b2-0000-7000-8000-${i.toString(16).padStart(12, '0')}`

// The same three numbers come from Python: sha256(f'{experiment}:{person}'), three big-endian words over 2**32.
test.each([
  [0xaa, 0.28717357385903597, 0.18063517147675157, 0.4191391698550433],
  [0xab, 0.21308155870065093, 0.2711892945226282, 0.003249662695452571],
  [0xac, 0.9706641675438732, 0.055787170538678765, 0.231953464448452],
])('person %i draws the same three numbers for ever', (i, control, inTest, variant) => {
  expect(drawsOf(experiment, person(i))).toEqual({ control, test: inTest, variant })
  expect(drawsOf(experiment.toUpperCase(), person(i).toUpperCase())).toEqual({
    control,
    test: inTest,
    variant,
  })
})

const plan = { variants: [{ weight: 1 }, { weight: 2 }, { weight: 5 }], control_percent: 10 }
const rule = {
  metric: 'opened',
  after_minutes: 5,
  test_percent: 20,
  minimum_sent: 30,
  require_confidence: false,
} as const

test.each([
  // control, test, variant, winner → arm
  [0.0999, 0, 0, null, controlArm],
  [0.0999, 0, 0, 2, controlArm],
  [0.1, 0, 0, null, 0],
  [0.5, 0, 0.1249, null, 0],
  [0.5, 0, 0.125, null, 1],
  [0.5, 0, 0.3749, null, 1],
  [0.5, 0, 0.375, null, 2],
  [0.5, 0, 1 - 2 ** -32, null, 2],
  [0.5, 0.1999, 0.125, null, 1],
  [0.5, 0.2, 0.125, null, waitingArm],
  [0.5, 0.2, 0.125, 0, restArm(0)],
  [0.5, 0.1, 0.9, 1, restArm(1)],
])('draws of %d, %d and %d with winner %s give arm %i', (control, inTest, variant, winner, arm) => {
  expect(armOf({ ...plan, winner: rule }, { control, test: inTest, variant }, winner)).toBe(arm)
})

test('without a rule nobody waits', () => {
  expect(armOf(plan, { control: 0.5, test: 0.99, variant: 0.2 }, null)).toBe(1)
})

test('the winner for everybody left has the texts of its variant, and is told apart from the test', () => {
  expect([0, 7].map((winner) => variantOfArm(restArm(winner)))).toEqual([0, 7])
  expect([0, 7, restArm(0), restArm(7)].map(isRest)).toEqual([false, false, true, true])
  expect([null, waitingArm, controlArm].map(variantOfArm)).toEqual([null, null, null])
})

test('a million people are divided as the weights say, and in each experiment anew', () => {
  const people = 1_000_000
  const waits = { ...plan, control_percent: 20, winner: { ...rule, test_percent: 50 } }
  const seen = new Map<string, number>()
  for (let i = 0; i < people; i += 1) {
    const here = armOf(waits, drawsOf(experiment, person(i)), null)
    seen.set(String(here), (seen.get(String(here)) ?? 0) + 1)
    if (i % 10 > 0) continue
    const there = armOf(plan, drawsOf(person(0), person(i)), null)
    seen.set(`${here}:${there}`, (seen.get(`${here}:${there}`) ?? 0) + 1)
  }
  const shares = { [controlArm]: 0.2, [waitingArm]: 0.4, 0: 0.05, 1: 0.1, 2: 0.25 }
  // 0.001 of the chi-square distribution with 4 degrees of freedom lies above 18.5.
  expect(chiSquare(seen, shares, people)).toBeLessThan(18.5)
  const others = { [controlArm]: 0.1, 0: 0.9 / 8, 1: 0.9 / 4, 2: (0.9 * 5) / 8 }
  const pairs = Object.entries(shares).flatMap(([here, a]) =>
    Object.entries(others).map(([there, b]) => [`${here}:${there}`, a * b]),
  )
  // With 19 degrees of freedom, above 43.8.
  expect(chiSquare(seen, Object.fromEntries(pairs), people / 10)).toBeLessThan(43.8)
})

function chiSquare(
  seen: ReadonlyMap<string, number>,
  shares: Readonly<Record<string, number>>,
  total: number,
): number {
  return Object.entries(shares).reduce((sum, [arm, share]) => {
    const expected = share * total
    return sum + ((seen.get(arm) ?? 0) - expected) ** 2 / expected
  }, 0)
}
