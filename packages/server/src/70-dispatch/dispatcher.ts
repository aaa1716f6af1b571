import { createAlarm, type DeliveryIds, type Log, type Store, sleepUntil } from '../00-kernel/index.ts'
import type { EmailTracking } from '../11-channels/index.ts'
import type { UnsubscribeLink } from '../30-audience/index.ts'
import {
  type BatchRow,
  claimBatches,
  claimKey,
  isUrgent,
  nextDue,
  renewLeases,
} from '../50-schedule/index.ts'
import type { RuleBooks } from './gates/rule-book.ts'
import type { Lanes } from './lanes.ts'
import type { PreparedMessage } from './message-cache.ts'
import { processBatch } from './process-batch.ts'

export interface DispatchDeps {
  store: Store
  lanes: Lanes
  deliveryIds: DeliveryIds
  /** The address with which one email's reader ends such emails. */
  unsubscribeUrl: (link: UnsubscribeLink) => string
  /** Where clicks and opens of one email are counted. */
  trackingOf: (deliveryId: string) => EmailTracking
  /** Where a pass is fetched, by its serial number. */
  passUrl: (serial: string) => string
  /** As those get it who are given this variant; null where it has none. */
  messageOf: (seq: number, variant: number | null) => Promise<PreparedMessage>
  rulesOf: RuleBooks
  log: Log
  now: () => Date
  random: () => number
  /** Names this dispatcher in leases. */
  owner: string
  leaseMs: number
  signal: AbortSignal
}

/**
 * Batches in work at once: in all, and for one lane, so that a hanging provider holds up only itself. Urgent ones
 * are counted apart, so that no campaign stands before them.
 */
const mostBatches = 128
const mostPerLane = 4

const longestSleepMs = 10_000

/** Leases and sends until the signal says stop; then waits for the windows that are on the wire. */
export async function runDispatcher(deps: DispatchDeps): Promise<void> {
  const alarm = createAlarm()
  const active = new Map<number, { batch: BatchRow; work: Promise<void> }>()
  await deps.store.listen('batches', alarm.wake)
  const renewal = setInterval(() => void renew(deps, active), deps.leaseMs / 3)
  while (!deps.signal.aborted) {
    try {
      const claimed = await claim(deps, active)
      for (const batch of claimed) start(batch)
      if (claimed.length === 0) await alarm.sleep(await untilDue(deps, active), deps.signal)
    } catch (error) {
      if (deps.signal.aborted) break
      deps.log.error({ err: error }, 'claiming batches failed; trying again')
      await alarm.sleep(1_000, deps.signal)
    }
  }
  await Promise.all([...active.values()].map(({ work }) => work))
  clearInterval(renewal)
  await deps.lanes[Symbol.asyncDispose]()

  function start(batch: BatchRow): void {
    const work = processBatch(deps, batch)
      .catch((error) => {
        // The lease runs out by itself, and the batch is claimed again from its checkpoint.
        deps.log.error({ err: error, batch: batch.id, message: batch.message_seq }, 'a batch broke off')
      })
      .then(() => {
        active.delete(batch.id)
        alarm.wake()
      })
    active.set(batch.id, { batch, work })
  }
}

type Active = Map<number, { batch: BatchRow; work: Promise<void> }>

async function claim(deps: DispatchDeps, active: Active): Promise<BatchRow[]> {
  const { urgent, bulk } = countOf(active)
  if (urgent >= mostBatches) return []
  return claimBatches(deps.store.bulk, {
    owner: deps.owner,
    now: deps.now(),
    leaseMs: deps.leaseMs,
    // A few at a time: the next claim sees which lanes these have filled.
    limit: mostPerLane,
    fullLanes: fullLanesOf(active),
    onlyUrgent: bulk >= mostBatches,
  })
}

function countOf(active: Active): { urgent: number; bulk: number } {
  const urgent = [...active.values()].filter(({ batch }) => isUrgent(batch)).length
  return { urgent, bulk: active.size - urgent }
}

function fullLanesOf(active: Active): string[] {
  const lanes = Map.groupBy(active.values(), ({ batch }) => claimKey(batch))
  return [...lanes].filter(([, batches]) => batches.length >= mostPerLane).map(([key]) => key)
}

async function untilDue(deps: DispatchDeps, active: Active): Promise<number> {
  // A batch that ends rings the alarm, and so frees its lane.
  const { urgent, bulk } = countOf(active)
  if (urgent >= mostBatches) return longestSleepMs
  const next = await nextDue(deps.store.bulk, {
    fullLanes: fullLanesOf(active),
    onlyUrgent: bulk >= mostBatches,
  })
  return sleepUntil(next, deps.now(), longestSleepMs)
}

async function renew(deps: DispatchDeps, active: Active): Promise<void> {
  if (active.size === 0) return
  const batches = [...active.values()].map(({ batch }) => batch)
  await renewLeases(deps.store.bulk, batches, new Date(deps.now().getTime() + deps.leaseMs)).catch((error) =>
    deps.log.warn({ err: error }, 'renewing leases failed'),
  )
}
