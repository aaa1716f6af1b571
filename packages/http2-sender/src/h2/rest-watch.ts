/** Tells when a connection without requests under way should be given up. */
export interface RestOptions {
  /** So long it may be of no use to anybody. */
  idleMs: number
  /** So long the peer may let nothing begin. */
  stuckMs: number
  isResting: () => boolean
  hasRoom: () => boolean
  giveUp: () => void
}

export function watchRest({ idleMs, stuckMs, isResting, hasRoom, giveUp }: RestOptions) {
  // What is busy at the time starts to wait anew when it comes to rest.
  const idle = setTimeout(() => isResting() && giveUp(), idleMs).unref()
  let stuck: NodeJS.Timeout | undefined

  const isStuck = () => isResting() && !hasRoom()

  /** A peer that lets nothing begin, although nothing is under way, would hold the queue for ever. */
  function watchStuck(): void {
    if (stuck !== undefined || !isStuck()) return
    stuck = setTimeout(() => {
      stuck = undefined
      if (isStuck()) giveUp()
    }, stuckMs)
  }

  return {
    /** To be told when the last request under way has ended. */
    rests(): void {
      idle.refresh()
      watchStuck()
    },
    /** To be told when the peer may have taken the room away. */
    watchStuck,
    stop(): void {
      clearTimeout(idle)
      clearTimeout(stuck)
    },
  }
}
