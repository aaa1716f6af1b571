export interface Window {
  /** Runs when there is room; `urgent` work goes before all other that waits. */
  run<T>(work: () => Promise<T>, urgent: boolean): Promise<T>
  /** The centre asks for less: half as much at a time. */
  shrink(): void
  /** One more for each windowful that was taken. */
  grow(): void
  readonly size: number
}

/** How many requests may wait for their answers at a time. */
export function createWindow(most: number): Window {
  const waiting: { urgent: (() => void)[]; other: (() => void)[] } = { urgent: [], other: [] }
  let size = most
  let open = 0

  const enter = (urgent: boolean) =>
    new Promise<void>((resolve) => {
      waiting[urgent ? 'urgent' : 'other'].push(resolve)
      admit()
    })

  function admit(): void {
    while (open < Math.floor(size)) {
      const next = waiting.urgent.shift() ?? waiting.other.shift()
      if (!next) return
      open += 1
      next()
    }
  }

  return {
    run: async (work, urgent) => {
      await enter(urgent)
      try {
        return await work()
      } finally {
        open -= 1
        admit()
      }
    },
    shrink: () => {
      size = Math.max(1, Math.floor(size / 2))
    },
    grow: () => {
      size = Math.min(most, size + 1 / size)
    },
    get size() {
      return Math.floor(size)
    },
  }
}
