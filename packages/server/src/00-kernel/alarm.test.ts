import { expect, test } from 'vitest'
import { createAlarm } from './alarm.ts'

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
