import { performance } from 'node:perf_hooks'

/** So long there must be more waiting than room before it counts. */
const stallMs = 10
/** A thread that is busier than this gains nothing from waiting on one more connection. */
const mostUtilization = 0.9

/**
 * Tells when another connection would help: for some milliseconds more requests waited than there was room for, answers
 * kept coming, and this thread had time to spare. So the round trip and the windows are what limits the rate, and not
 * the work (rate x bytes x round trip / window is how many connections it takes).
 */
export function createGrowth() {
  let since: number | undefined
  let loop = performance.eventLoopUtilization()
  let hadAnswers = false

  function begin(now: number): void {
    since = now
    loop = performance.eventLoopUtilization()
    hadAnswers = false
  }

  return {
    answered(): void {
      hadAnswers = true
    },
    /** To be told after each round whether requests still wait; true when it is time to grow. */
    isStalled(isWaiting: boolean): boolean {
      if (!isWaiting) {
        since = undefined
        return false
      }
      const now = performance.now()
      if (since === undefined) begin(now)
      if (since === undefined || now - since < stallMs || !hadAnswers) return false
      const { utilization } = performance.eventLoopUtilization(loop)
      begin(now)
      return utilization < mostUtilization
    },
  }
}
