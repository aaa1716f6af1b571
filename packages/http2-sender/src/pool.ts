import type { ConnectFailure } from './connect.ts'
import type { Connection } from './connection.ts'
import { createGrowth } from './growth.ts'

export interface PoolOptions {
  maxConnections: number
  connectTimeoutMs: number
  open: (signal: AbortSignal) => Promise<Connection | ConnectFailure>
  /** What a connection that is still being opened will probably take at once. */
  expectedRoom: () => number
  /** The peer has complained: more connections would be more of the same. */
  isPressed: () => boolean
  /** There may be room where there was none. */
  freed: () => void
  /** There is no connection, and the last attempt failed. */
  unreachable: (code: string) => void
}

export interface Pool {
  /** Where the next requests should go. */
  next(): Connection | undefined
  /** Opens connections if so many waiting requests call for it. */
  openFor(waiting: number): void
  /** To be told when a connection takes no more requests. */
  closed(connection: Connection): void
  /** To be told when an answer has come. */
  answered(): void
  drain(): void
  /** Waits for answers on their way, then closes whatever is left. */
  close(waitMs: number): Promise<void>
}

/** After a failed attempt beside a working connection no other is opened for so long. */
const reopenPauseMs = 1000

export function createPool(options: PoolOptions): Pool {
  const { maxConnections, open, freed } = options
  const connections = new Set<Connection>()
  /** Take no more requests, but still owe answers. */
  const draining = new Set<Connection>()
  const attempts = new Set<AbortController>()
  const growth = createGrowth()
  let reopenAt = 0
  let drained = () => {}

  function openFor(waiting: number): void {
    const isStalled = growth.isStalled(waiting > 0)
    if (waiting === 0) return
    const each = options.expectedRoom()
    const most = mostConnections(each, isStalled)
    while (waiting > attempts.size * each && connections.size + attempts.size < most) {
      if (connections.size + attempts.size > 0 && performance.now() < reopenAt) return
      void openOne()
    }
  }

  /**
   * HTTP/1.1 takes one request at a time, so as many as wait. HTTP/2 begins with one and doubles as long as that one
   * stalls: a few round trips are enough to find out what a distant peer needs.
   */
  function mostConnections(each: number, isStalled: boolean): number {
    if (each === 1) return maxConnections
    const now = connections.size + attempts.size
    if (now === 0) return Math.min(1, maxConnections)
    return isStalled && attempts.size === 0 && !options.isPressed() ? Math.min(now * 2, maxConnections) : now
  }

  async function openOne(): Promise<void> {
    const attempt = new AbortController()
    attempts.add(attempt)
    const timer = setTimeout(() => attempt.abort(coded('CONNECT_TIMEOUT')), options.connectTimeoutMs)
    const result = await open(attempt.signal)
    clearTimeout(timer)
    attempts.delete(attempt)
    if ('connectFailure' in result) failed(result.connectFailure)
    else if (attempt.signal.aborted || result.room === 0) {
      // The peer said goodbye with its first words, or nobody wants the connection any more.
      result.destroy()
      failed('CONNECTION_CLOSED')
    } else connections.add(result)
    freed()
  }

  /** With another connection at work the queue waits for that one; without, waiting helps nobody. */
  function failed(code: string): void {
    reopenAt = performance.now() + reopenPauseMs
    if (connections.size + attempts.size === 0) options.unreachable(code)
  }

  function closed(connection: Connection): void {
    connections.delete(connection)
    if (connection.inFlight > 0) draining.add(connection)
    // Not at once: the peer's last frames, and the streams they refuse, are still being read.
    setImmediate(freed)
  }

  function answered(): void {
    growth.answered()
    forgetDrained()
  }

  function forgetDrained(): void {
    for (const connection of draining) if (connection.inFlight === 0) draining.delete(connection)
    if (draining.size === 0) drained()
  }

  function drain(): void {
    for (const connection of connections) connection.drain()
  }

  async function close(waitMs: number): Promise<void> {
    for (const attempt of attempts) attempt.abort(coded('DISPOSED'))
    drain()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs)
      drained = () => {
        clearTimeout(timer)
        resolve()
      }
      forgetDrained()
    })
    for (const connection of draining) connection.destroy()
  }

  return { next: () => nextOf(connections), openFor, closed, answered, drain, close }
}

/**
 * The first that is less than half full, so that what is not needed comes to rest and closes in the end; else the
 * one with the most room.
 */
function nextOf(connections: Iterable<Connection>): Connection | undefined {
  let best: Connection | undefined
  let mostRoom = 0
  for (const connection of connections) {
    const room = connection.room
    if (room > connection.inFlight) return connection
    if (room > mostRoom) {
      best = connection
      mostRoom = room
    }
  }
  return best
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code })
}
