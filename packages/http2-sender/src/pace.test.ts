import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPace } from './pace.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('pressure halves the limit, once for what arrives together, and never below one', () => {
  const pace = createPace(8)
  pace.pressed()
  pace.pressed()
  expect(pace.limit()).toBe(4)
  for (let second = 0; second < 5; second++) {
    vi.advanceTimersByTime(1000)
    pace.pressed()
  }
  expect(pace.limit()).toBe(1)
})

test('each full window of answers allows one more, up to the most', () => {
  const pace = createPace(4)
  pace.pressed()
  expect(pace.limit()).toBe(2)
  for (let answers = 0; answers < 3; answers++) pace.answered()
  expect(pace.limit()).toBe(3)
  for (let answers = 0; answers < 100; answers++) pace.answered()
  expect(pace.limit()).toBe(4)
})
