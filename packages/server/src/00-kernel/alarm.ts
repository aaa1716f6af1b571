/** A sleep that can be cut short. A wake during work is not lost: the next sleep then ends at once. */
export interface Alarm {
  wake(): void
  /** Until woken, or the milliseconds have passed, or the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
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
