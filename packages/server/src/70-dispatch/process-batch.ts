import { type BatchRow, variantOfArm } from '../50-schedule/index.ts'
import type { DispatchDeps } from './dispatcher.ts'
import { type Pace, paceOf } from './pace.ts'
import { recordPacedWindow } from './record-paced-window.ts'
import { recordWindow } from './record-window.ts'
import { sendWindow } from './send-window.ts'
import { emptyResult, type WindowResult, windowOf } from './window.ts'
import type { Step } from './write-checkpoint.ts'

/**
 * Takes a leased batch through its windows. Each write records the window before and opens the next, and reads
 * the message under a lock that cancel and pause wait for. Ends early when the lease is lost, the message is
 * paused, the lane is blocked or the process stops.
 */
export async function processBatch(deps: DispatchDeps, claimed: BatchRow): Promise<void> {
  const message = await deps.messageOf(claimed.message_seq, variantOfArm(claimed.variant))
  const idsOf = (ordinals: readonly number[]) => deps.deliveryIds.makeMany(claimed.message_seq, ordinals)
  let batch = claimed
  const record = recorderOf(deps, paceOf(message.row))
  let step = await record(batch, 0, emptyResult())
  while (step.inFlight > 0) {
    const entries = windowOf(batch, step.inFlight, idsOf)
    const result = await sendWindow(deps, { batch, entries, message, standing: step.standing })
    step = await record(batch, entries.length, result)
    if (step.isLost) {
      deps.log.warn(
        { batch: batch.id },
        'a lease ran out while its window was on the wire; the window will be sent again',
      )
    }
    batch = { ...batch, done: batch.done + entries.length }
  }
}

function recorderOf({ store, leaseMs, signal, now }: DispatchDeps, pace: Pace | null) {
  return (batch: BatchRow, sent: number, result: WindowResult): Promise<Step> => {
    const to = { sent, now: now(), leaseMs, isStopping: signal.aborted }
    return pace
      ? recordPacedWindow(store.bulk, pace, batch, { result, to })
      : recordWindow(store.bulk, batch, result, to)
  }
}
