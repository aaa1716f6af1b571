import { setTimeout as pause } from 'node:timers/promises'

/** Waits until the condition gives a value. */
export async function until<Value>(
  find: () => Promise<Value | null | undefined | false> | Value | null | undefined | false,
  { everyMs = 50, atMostMs = 30_000, what = 'a condition' } = {},
): Promise<Value> {
  const endsAt = performance.now() + atMostMs
  for (;;) {
    const value = await find()
    if (value) return value
    if (performance.now() > endsAt) throw new Error(`Waited ${atMostMs / 1000} s in vain for ${what}.`)
    await pause(everyMs)
  }
}
