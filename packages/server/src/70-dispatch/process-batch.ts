import { type BatchRow, moveCheckpoint } from '../50-schedule/index.ts'
import type { DispatchDeps } from './dispatcher.ts'
import { recordWindow } from './record-window.ts'
import { sendWindow } from './send-window.ts'
import { markStarted, readStanding, type Standing } from './store.ts'
import { emptyResult, type WindowResult, windowOf } from './window.ts'

/** Recipients that may be on the wire for one batch: what a crash may repeat. */
export const windowSize = 250

/** A lane that was refused last time gets one request before it gets many. */
const probeSize = 1

/**
 * Takes a leased batch through its windows. Each transaction records the window before and opens the next, and
 * reads the message under a lock that cancel and pause wait for. Ends early when the lease is lost, the message
 * is paused, the lane is blocked or the process stops.
 */
export async function processBatch(deps: DispatchDeps, claimed: BatchRow): Promise<void> {
  const message = await deps.messageOf(claimed.message_seq)
  const idsOf = (ordinals: readonly number[]) => deps.deliveryIds.makeMany(claimed.message_seq, ordinals)
  let batch = claimed
  let step = await checkpoint(deps, batch, 0, emptyResult())
  while (step.inFlight > 0) {
    const entries = windowOf(batch, step.inFlight, idsOf)
    const result = await sendWindow(deps, { batch, entries, message, standing: step.standing })
    const next = await checkpoint(deps, batch, entries.length, result)
    if (next.isLost)
      deps.log.warn(
        { batch: batch.id },
        'a lease ran out while its window was on the wire; the window will be sent again',
      )
    batch = { ...batch, done: batch.done + entries.length }
    step = next
  }
}

interface Step {
  standing: Standing
  /** Size of the window that is open now; 0 ends the work on this batch. */
  inFlight: number
  isLost: boolean
}

/** Records `result` for the `sent` entries after the checkpoint, moves it past them and opens the next window. */
async function checkpoint(
  deps: DispatchDeps,
  batch: BatchRow,
  sent: number,
  result: WindowResult,
): Promise<Step> {
  const now = deps.now()
  return deps.store.bulk.transaction().execute(async (tx) => {
    const standing = await readStanding(tx, batch.message_seq, batch)
    const done = batch.done + sent
    const inFlight = nextSize(deps, { standing, result, left: batch.size - done, now })
    const moved = await moveCheckpoint(tx, batch, {
      done,
      inFlight,
      leaseUntil: inFlight > 0 ? new Date(now.getTime() + deps.leaseMs) : null,
      dueAt: result.block?.until,
      now,
    })
    if (!moved) return { standing, inFlight: 0, isLost: true }
    if (sent === 0 && inFlight > 0) await markStarted(tx, batch.message_seq, now)
    if (sent > 0) await recordWindow(tx, batch, result, now)
    return { standing, inFlight, isLost: false }
  })
}

function nextSize(
  deps: DispatchDeps,
  { standing, result, left, now }: { standing: Standing; result: WindowResult; left: number; now: Date },
): number {
  const isOver = standing.cancelled_at !== null || standing.expires_at <= now
  if (isOver) return Math.min(left, windowSize)
  const isBlocked = result.block !== null || (standing.blocked_until !== null && standing.blocked_until > now)
  if (standing.paused_at || isBlocked || deps.signal.aborted) return 0
  const isProbing = standing.blocks > 0 && result.round.accepted === 0
  return Math.min(left, isProbing ? probeSize : windowSize)
}
