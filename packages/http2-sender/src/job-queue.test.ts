import { expect, test } from 'vitest'
import type { Job } from './connection.ts'
import { createJobQueue } from './job-queue.ts'

const job = (index: number): Job => ({
  request: { path: '/', headers: {}, body: '' },
  varying: [],
  batch: { answers: [], open: 0, resolve: () => {} },
  index,
  resent: false,
})

test('gives jobs in order, what goes again first, over many pushes and shifts', () => {
  const queue = createJobQueue()
  for (let i = 0; i < 5; i++) queue.push(job(i))
  expect([queue.shift().index, queue.shift().index, queue.shift().index]).toEqual([0, 1, 2])
  queue.pushFirst(job(1))
  for (let i = 5; i < 1000; i++) queue.push(job(i))
  expect(queue.size).toBe(998)
  expect(queue.shift().index).toBe(1)
  for (let i = 3; i < 1000; i++) expect(queue.shift().index).toBe(i)
  expect(queue.size).toBe(0)
  expect(() => queue.shift()).toThrow(RangeError)
})
