import { expect, test } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const now = Date.UTC(2026, 0, 1, 12, 0, 0)

test.each([
  ['0', 0],
  ['1', 1000],
  [' 30 ', 30_000],
  ['1.5', 1500],
  ['Thu, 01 Jan 2026 12:01:00 GMT', 60_000],
  ['Thursday, 01-Jan-26 12:01:00 GMT', 60_000],
])('reads %j as %d ms', (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected)
})

test.each([undefined, '', 'soon', '-5', '7 up', 'Monday'])('takes %j as saying nothing', (header) => {
  expect(retryAfterMs(header, now)).toBeUndefined()
})

test('a date that has passed asks for no wait', () => {
  expect(retryAfterMs('Thu, 01 Jan 2026 11:00:00 GMT', now)).toBe(0)
})

test('never asks for more than an hour', () => {
  expect(retryAfterMs('99999999999999999999', now)).toBe(3_600_000)
  expect(retryAfterMs('Fri, 01 Jan 2027 12:00:00 GMT', now)).toBe(3_600_000)
})
