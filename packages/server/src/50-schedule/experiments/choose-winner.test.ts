import { expect, test } from 'vitest'
import { chooseByRule } from './choose-winner.ts'

const plain = { minimum_sent: 30, require_confidence: false }
const certain = { minimum_sent: 30, require_confidence: true }
const of = (...shares: [number, number][]) => shares.map(([n, total]) => ({ n, total }))

test.each([
  ['the highest share wins', plain, of([10, 100], [11, 100], [20, 200]), 1, 'best'],
  ['the first may win', plain, of([12, 100], [11, 100]), 0, 'best'],
  ['a share counts, not a number', plain, of([40, 400], [20, 100]), 1, 'best'],
  ['equal shares are a tie for the first of them', plain, of([5, 100], [10, 100], [20, 200]), 1, 'tie'],
  ['equal shares of the first leave it', plain, of([1, 30], [2, 60], [0, 30]), 0, 'tie'],
  ['a variant sent to 29 decides nothing', plain, of([1, 30], [29, 29]), 0, 'too_little_data'],
  ['nothing was opened', plain, of([0, 300], [0, 300]), 0, 'too_little_data'],
  ['nothing was sent', { ...plain, minimum_sent: 1 }, of([0, 0], [0, 0]), 0, 'too_little_data'],
  // 9 of 100 against 5 of 100: the interval holds 0. 15 against 5 does not.
  ['a lead by chance is none', certain, of([5, 100], [9, 100]), 0, 'not_certain'],
  ['a certain lead wins', certain, of([5, 100], [15, 100]), 1, 'best'],
  ['the first needs no certainty', certain, of([6, 100], [5, 100]), 0, 'best'],
] as const)('%s', (_, rule, shares, winner, reason) => {
  expect(chooseByRule(rule, shares)).toEqual({ winner, reason })
})
