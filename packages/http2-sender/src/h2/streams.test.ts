import { expect, test } from 'vitest'
import type { Job } from '../connection.ts'
import { lastStreamId } from './frames.ts'
import { createStreams, type Stream } from './streams.ts'

const request = { path: '/', headers: {}, body: '' }
const job: Job = {
  request,
  batch: { requests: [request], answers: [], open: 1, isUrgent: false, resolve: () => {} },
  index: 0,
  resent: false,
}

test('ids are odd and grow, and a stream is found by its id as long as it is open', () => {
  const streams = createStreams(10)
  const [first, second] = [streams.open(job) as Stream, streams.open(job) as Stream]
  expect([first.id, second.id, streams.size, streams.nextId]).toEqual([1, 3, 2, 5])
  expect(streams.get(1)).toBe(first)
  for (const id of [2, 5, 33, 65]) expect(streams.get(id)).toBeUndefined()
  streams.close(first)
  expect(streams.get(1)).toBeUndefined()
  expect(streams.size).toBe(1)
})

test('a slow stream keeps its place while thousands pass by', () => {
  const streams = createStreams(4)
  const slow = streams.open(job) as Stream
  for (let i = 0; i < 5000; i++) {
    const stream = streams.open(job) as Stream
    expect(stream).not.toBe(slow)
    streams.close(stream)
  }
  expect(streams.get(1)).toBe(slow)
  const seen: number[] = []
  streams.forEach(({ id }) => {
    seen.push(id)
  })
  expect(seen).toEqual([1])
})

test('no more open than there are places', () => {
  const streams = createStreams(4)
  const opened = Array.from({ length: 20 }, () => streams.open(job)).filter((stream) => stream !== undefined)
  expect(opened.length).toBe(streams.size)
  expect(opened.length).toBeGreaterThanOrEqual(4)
  expect(new Set(opened.map(({ id }) => id)).size).toBe(opened.length)
})

test('when the ids have run out there is no other', () => {
  const streams = createStreams(4, lastStreamId - 2)
  expect(streams.open(job)?.id).toBe(lastStreamId - 2)
  expect(streams.open(job)?.id).toBe(lastStreamId)
  expect(streams.open(job)).toBeUndefined()
})
