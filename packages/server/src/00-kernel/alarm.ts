/** A sleep that can be cut short. A wake during work is not lost: the next sleep then ends at once. */
export interface Alarm {
  wake(): void
  /** Until woken, or the milliseconds have passed, or the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** What is due and was not taken is somebody else's for as long as that takes: nobody looks again at once. */
const leastMs = 20

/** Milliseconds to sleep until something is due, at most `longestMs`; that long where nothing is known to be. */
export function sleepUntil(due: Date | null, now: Date, longestMs: number): number {
  return due ? Math.min(longestMs, Math.max(leastMs, due.getTime() - now.getTime())) : longestMs
}

export function createAlarm(): Alarm {
  let isRinging = false
  let ring = () => {}
  return {
    wake: () => {
      isRinging = true
      ring()
    },
    sleep: async (ms, signal) => {
      if (!isRinging && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const end = () => {
            clearTimeout(timer)
            signal.removeEventListener('abort', end)
            resolve()
          }
          const timer = setTimeout(end, ms)
          signal.addEventListener('abort', end)
          ring = end
        })
      }
      isRinging = false
      ring = () => {}
    },
  }
}
