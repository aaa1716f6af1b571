import type { EventType } from '@carillon/contract'
import { type Alarm, createAlarm, type Db, type Store } from '../../00-kernel/index.ts'
import { offsetOf, readEvents, readHead, startOf } from './event-log.ts'
import { type ShowDeps, showEvents } from './show-events.ts'

/** Events read at once: with 250 deliveries each they are a megabyte. */
const pageSize = 20
const heartbeatMs = 15_000
/** A notification may get lost. */
const pollMs = 5_000

export interface StreamRequest {
  workspaceId: string
  types: readonly EventType[] | null
  offset: string
  follow: boolean
  signal: AbortSignal
}

/**
 * Events after an offset as lines of JSON, then those to come. A heartbeat at the start, after 15 seconds without an
 * event and at the end says how far the log was read, matching events or not.
 */
export async function* streamEvents(
  db: Db,
  deps: ShowDeps & { bell: Bell },
  { workspaceId, types, offset, follow, signal }: StreamRequest,
): AsyncGenerator<string> {
  let after = await startOf(db, workspaceId, offset)
  const heartbeat = () => lineOf({ offset: offsetOf(after), type: 'heartbeat' })
  const alarm = createAlarm()
  const leave = await deps.bell.join(alarm)
  try {
    yield heartbeat()
    let saidAt = performance.now()
    while (!signal.aborted) {
      const upTo = await readHead(db)
      const rows = await readEvents(db, workspaceId, { after, upTo, types, limit: pageSize })
      const shown = await showEvents(db, deps, rows)
      for (const [i, event] of shown.entries()) {
        after = rows[i]?.position ?? after
        yield lineOf({ offset: offsetOf(after), ...event })
        saidAt = performance.now()
      }
      if (rows.length === pageSize) continue
      after = upTo
      if (!follow) break
      await alarm.sleep(Math.min(pollMs, heartbeatMs), signal)
      if (performance.now() - saidAt < heartbeatMs) continue
      yield heartbeat()
      saidAt = performance.now()
    }
    if (!signal.aborted) yield heartbeat()
  } finally {
    leave()
  }
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`
}

/** Wakes everybody in this process who waits for events. */
export interface Bell {
  /** Call the answer to leave. */
  join(alarm: Alarm): Promise<() => void>
}

export function createBell(store: Store): Bell {
  const alarms = new Set<Alarm>()
  let listening: Promise<void> | null = null
  const ring = () => {
    for (const alarm of alarms) alarm.wake()
  }
  return {
    join: async (alarm) => {
      listening ??= store.listen('events', ring)
      await listening
      alarms.add(alarm)
      return () => alarms.delete(alarm)
    },
  }
}
