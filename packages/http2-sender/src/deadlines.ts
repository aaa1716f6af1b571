/**
 * The same time limit for many things, with one timer: what was added first is due first, so only the oldest
 * is watched. A timer per request would cost more than the request.
 */
export function createDeadlines<T>(timeoutMs: number, expired: (item: T) => void) {
  const dueAt = new Map<T, number>()
  let watching = false

  function add(item: T): void {
    dueAt.set(item, performance.now() + timeoutMs)
    if (!watching) watch(timeoutMs)
  }

  function watch(waitMs: number): void {
    watching = true
    setTimeout(sweep, waitMs).unref()
  }

  function sweep(): void {
    watching = false
    const now = performance.now()
    for (const [item, due] of dueAt) {
      if (due > now) {
        watch(due - now + 1)
        return
      }
      dueAt.delete(item)
      expired(item)
    }
  }

  return {
    add,
    remove: (item: T): boolean => dueAt.delete(item),
    get size(): number {
      return dueAt.size
    },
  }
}
