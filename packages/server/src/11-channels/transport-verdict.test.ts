import { expect, test } from 'vitest'
import { shortDetail, transportVerdict } from './transport-verdict.ts'

test.each([
  [
    { failure: 'not_sent', code: 'ECONNREFUSED' },
    { class: 'retry', code: 'ECONNREFUSED' },
  ],
  [
    { failure: 'unknown', code: 'ECONNRESET' },
    { class: 'unknown_outcome', code: 'ECONNRESET' },
  ],
  [
    { failure: 'timeout', code: 'TIMEOUT' },
    { class: 'unknown_outcome', code: 'TIMEOUT' },
  ],
] as const)('%j becomes %j', (failure, expected) => {
  expect(transportVerdict(failure)).toEqual({ ...expected, status: null })
})

test('a detail is one line of at most 500 characters', () => {
  expect(shortDetail('a\r\n\tb\u0000c')).toBe('a b c')
  expect(shortDetail('x'.repeat(1000))).toHaveLength(500)
})
