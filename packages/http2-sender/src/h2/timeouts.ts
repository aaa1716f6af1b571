import type { Stream, Streams } from './streams.ts'

/**
 * One timer for all streams of a connection. They all have the same time, so the timer is set to the oldest, and by then
 * most of the others are long done: a look at all of them once in `timeoutMs` costs less than any account of each.
 */
export function watchTimeouts(streams: Streams, timeoutMs: number, expired: (stale: Stream[]) => void) {
  let isWatching = false

  function watch(waitMs: number): void {
    isWatching = true
    setTimeout(sweep, waitMs).unref()
  }

  function sweep(): void {
    isWatching = false
    const now = performance.now()
    const stale: Stream[] = []
    let next = Number.POSITIVE_INFINITY
    streams.forEach((stream) => {
      const due = stream.startedAt + timeoutMs
      if (due <= now) stale.push(stream)
      else next = Math.min(next, due)
    })
    if (next < Number.POSITIVE_INFINITY) watch(next - now + 1)
    if (stale.length > 0) expired(stale)
  }

  return {
    /** To be told of each new stream. */
    started(): void {
      if (!isWatching) watch(timeoutMs)
    },
  }
}
