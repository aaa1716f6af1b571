import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { isHeldOut } from './holdout.ts'

test.each([
  ['1', '018f0000-0000-7000-8000-000000000001', 5, false],
  ['1', '018f0000-0000-7000-8000-000000000001', 100, true],
])('salt %s, user %s, %d %%: %s, on every machine', (salt, userId, percent, isOut) => {
  expect(isHeldOut({ salt, percent }, userId)).toBe(isOut)
})

test('a tenth is a tenth; more people keep those who are in; another salt draws others', () => {
  const ids = Array.from({ length: 20_000 }, () => randomUUID())
  const held = (percent: number, salt = '1') => new Set(ids.filter((id) => isHeldOut({ percent, salt }, id)))
  const [tenth, fifth, others] = [held(10), held(20), held(10, '2')]
  // Five standard deviations to either side.
  expect(Math.abs(tenth.size - 2_000)).toBeLessThan(213)
  expect([...tenth].every((id) => fifth.has(id))).toBe(true)
  expect([...tenth].filter((id) => others.has(id)).length).toBeLessThan(300)
  expect(held(0).size).toBe(0)
})
