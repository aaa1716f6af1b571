import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDeadlines } from './deadlines.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('each thing expires after its own time limit unless it was removed', () => {
  const expired: string[] = []
  const deadlines = createDeadlines<string>(100, (item) => expired.push(item))
  deadlines.add('first')
  vi.advanceTimersByTime(60)
  deadlines.add('second')
  deadlines.add('removed')
  expect(deadlines.remove('removed')).toBe(true)
  vi.advanceTimersByTime(45)
  expect(expired).toEqual(['first'])
  vi.advanceTimersByTime(60)
  expect(expired).toEqual(['first', 'second'])
  expect(deadlines.size).toBe(0)
  expect(deadlines.remove('first')).toBe(false)
})

test('watches again after it had nothing to watch', () => {
  const expired: string[] = []
  const deadlines = createDeadlines<string>(100, (item) => expired.push(item))
  deadlines.add('gone')
  deadlines.remove('gone')
  vi.advanceTimersByTime(500)
  expect(vi.getTimerCount()).toBe(0)
  deadlines.add('later')
  vi.advanceTimersByTime(101)
  expect(expired).toEqual(['later'])
})
