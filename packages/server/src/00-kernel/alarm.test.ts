import { expect, test } from 'vitest'
import { createAlarm, sleepUntil } from './alarm.ts'

const signal = new AbortController().signal

test('a wake during work is not lost', async () => {
  const alarm = createAlarm()
  alarm.wake()
  await alarm.sleep(60_000, signal)
})

test('a wake or an abort ends a sleep, and rings once', async () => {
  const alarm = createAlarm()
  const sleeping = alarm.sleep(60_000, signal)
  alarm.wake()
  await sleeping
  const stop = new AbortController()
  const second = alarm.sleep(60_000, stop.signal)
  let ended = false
  void second.then(() => {
    ended = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(ended).toBe(false)
  stop.abort()
  await second
})

test('a sleep lasts until something is due: never longer than asked, and never no time at all', () => {
  const now = new Date('2027-01-01T00:00:00Z')
  const inMs = (ms: number) => sleepUntil(new Date(now.getTime() + ms), now, 10_000)
  expect([inMs(5_000), inMs(60_000), inMs(0), inMs(-5_000)]).toEqual([5_000, 10_000, 20, 20])
  expect(sleepUntil(null, now, 10_000)).toBe(10_000)
})
