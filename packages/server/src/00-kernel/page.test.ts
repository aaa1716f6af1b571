import { expect, test } from 'vitest'
import { decodeCursor, encodeCursor, pageOf } from './page.ts'

test('a page says whether there is more and where it goes on', () => {
  const first = pageOf([1, 2, 3], 2, String, (row) => [row])
  expect(first.data).toEqual(['1', '2'])
  expect(first.page.has_more).toBe(true)
  expect(decodeCursor(first.page.next_cursor ?? undefined, ['int'])).toEqual([2])
  expect(pageOf([3], 2, String, (row) => [row]).page).toEqual({
    next_cursor: null,
    has_more: false,
    limit: 2,
  })
})

test.each([
  '',
  'x',
  'bnVsbA',
  encodeCursor(['1']),
  encodeCursor([1.5]),
  encodeCursor([1, 2]),
  encodeCursor([2 ** 31]),
  '%00',
  Buffer.from('{}').toString('base64url'),
])('refuses the cursor %j', (cursor) => {
  expect(() => decodeCursor(cursor, ['int'])).toThrowError(
    expect.objectContaining({ code: 'invalid_cursor' }),
  )
})

test.each(['-'.repeat(36), '0'.repeat(36), ''])('refuses the key %j where an id is needed', (key) => {
  expect(() => decodeCursor(encodeCursor([key]), ['uuid'])).toThrowError(
    expect.objectContaining({ code: 'invalid_cursor' }),
  )
})
