import { expect, test } from 'vitest'
import { isImplausible } from './token-hygiene.ts'

const startedAt = new Date()

test.each([
  ['49 answers, all dead', { answers: 49, accepted: 0, dead: 49 }, false],
  ['50 answers without one success', { answers: 50, accepted: 0, dead: 1 }, true],
  ['50 answers, 30 % dead', { answers: 50, accepted: 35, dead: 15 }, false],
  ['50 answers, over 30 % dead', { answers: 50, accepted: 34, dead: 16 }, true],
  ['a thousand answers, 2 % dead', { answers: 1000, accepted: 980, dead: 20 }, false],
])('%s', (_name, round, implausible) => {
  expect(isImplausible({ ...round, startedAt })).toBe(implausible)
})
