import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Job } from '../connection.ts'
import { createStreams, type Stream } from './streams.ts'
import { watchTimeouts } from './timeouts.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('each stream expires after its own time unless it is closed, with one timer for all', () => {
  const request = { path: '/', headers: {}, body: '' }
  const batch = { requests: [request], answers: [], open: 1, isUrgent: false, resolve: () => {} }
  const job: Job = { request, batch, index: 0, resent: false }
  const streams = createStreams(10)
  const expired: number[] = []
  const timeouts = watchTimeouts(streams, 100, (stale) => {
    for (const stream of stale) {
      expired.push(stream.id)
      streams.close(stream)
    }
  })
  const start = () => {
    const stream = streams.open(job) as Stream
    stream.startedAt = performance.now()
    timeouts.started()
    return stream
  }
  start()
  vi.advanceTimersByTime(60)
  start()
  streams.close(start())
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(45)
  expect(expired).toEqual([1])
  vi.advanceTimersByTime(60)
  expect(expired).toEqual([1, 3])
  expect(vi.getTimerCount()).toBe(0)
  start()
  vi.advanceTimersByTime(101)
  expect(expired).toEqual([1, 3, 7])
})
