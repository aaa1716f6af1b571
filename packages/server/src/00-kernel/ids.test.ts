import { expect, test } from 'vitest'
import { newId } from './ids.ts'

test('an id is a UUID of version 7 and tells its millisecond', () => {
  for (let i = 0; i < 1_000; i++) {
    const now = 1_700_000_000_000 + i * 86_400_000
    const id = newId(now)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(now)
  }
})

test('ids of the same millisecond ascend, and those of another start elsewhere', () => {
  const ids = Array.from({ length: 100_000 }, () => newId(1_700_000_000_000))
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  const starts = Array.from({ length: 1_000 }, (_, ms) => newId(ms).slice(14, 23))
  expect(new Set(starts).size).toBeGreaterThan(990)
})
