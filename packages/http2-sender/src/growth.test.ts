import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createGrowth } from './growth.ts'

const spin = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end; );
}

test('waiting for some milliseconds with time to spare, while answers come, is a stall', async () => {
  const growth = createGrowth()
  expect(growth.isStalled(true)).toBe(false)
  growth.answered()
  await delay(30)
  expect(growth.isStalled(true)).toBe(true)
  expect(growth.isStalled(true)).toBe(false)
})

test('a peer that answers nothing, an empty queue between, or a busy thread is none', async () => {
  const silent = createGrowth()
  silent.isStalled(true)
  await delay(30)
  expect(silent.isStalled(true)).toBe(false)

  const interrupted = createGrowth()
  interrupted.isStalled(true)
  interrupted.answered()
  await delay(30)
  interrupted.isStalled(false)
  expect(interrupted.isStalled(true)).toBe(false)

  const busy = createGrowth()
  busy.isStalled(true)
  busy.answered()
  spin(30)
  expect(busy.isStalled(true)).toBe(false)
})
