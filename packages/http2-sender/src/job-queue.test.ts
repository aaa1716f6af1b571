import { expect, test } from 'vitest'
import type { Batch } from './connection.ts'
import { createJobQueue } from './job-queue.ts'

const batch = (name: string, count: number, isUrgent = false): Batch => ({
  requests: Array.from({ length: count }, (_, i) => ({ path: `/${name}/${i}`, headers: {}, body: '' })),
  answers: [],
  open: count,
  isUrgent,
  resolve: () => {},
})

test('gives jobs in order, what goes again first, over many batches and shifts', () => {
  const queue = createJobQueue()
  queue.push(batch('a', 3))
  queue.push(batch('empty', 0))
  const [first, second] = [queue.shift(), queue.shift()]
  expect([first.index, second.index]).toEqual([0, 1])
  queue.pushAgain({ ...second, resent: true })
  for (let i = 0; i < 500; i++) queue.push(batch('b', 2))
  expect(queue.size).toBe(1002)
  expect(queue.shift()).toMatchObject({ index: 1, resent: true })
  expect(queue.shift().request.path).toBe('/a/2')
  for (let i = 0; i < 1000; i++) expect(queue.shift().request.path).toBe(`/b/${i % 2}`)
  expect(queue.size).toBe(0)
  expect(() => queue.shift()).toThrow(RangeError)
})

test('urgent jobs go before all others that wait', () => {
  const queue = createJobQueue()
  queue.push(batch('usual', 3))
  const usual = queue.shift()
  queue.push(batch('urgent', 2, true))
  const urgent = queue.shift()
  queue.pushAgain(usual)
  queue.pushAgain(urgent)
  expect(Array.from({ length: 5 }, () => queue.shift().request.path)).toEqual([
    '/urgent/0',
    '/urgent/1',
    '/usual/0',
    '/usual/1',
    '/usual/2',
  ])
})
