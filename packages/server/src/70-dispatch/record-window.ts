import type { Db, Tx } from '../00-kernel/index.ts'
import { unsubscribeSubscriptions } from '../30-audience/index.ts'
import { announceBatches, type BatchRow, holdEntries, insertBatches } from '../50-schedule/index.ts'
import { settleUses } from './gates/store.ts'
import { countRetired } from './store.ts'
import { tidyTokens } from './token-hygiene.ts'
import type { Retry, WindowResult } from './window.ts'
import { type Checkpoint, type Step, writeCheckpoint } from './write-checkpoint.ts'

/**
 * Records a window and opens the next. The usual window, in which all deliveries ended and all tokens live, is one
 * statement; retries and dead tokens need more, in one transaction with it.
 */
export async function recordWindow(
  db: Db,
  batch: BatchRow,
  result: WindowResult,
  to: Checkpoint,
): Promise<Step> {
  const isPlain =
    result.retries.length +
      result.dead.length +
      result.relabelled.length +
      result.optedOut.length +
      result.uses.length ===
    0
  if (isPlain) return writeCheckpoint(db, batch, result, to)
  return db.transaction().execute((tx) => writeWindow(tx, batch, result, to))
}

/** The same within a transaction. */
export async function writeWindow(
  tx: Tx,
  batch: BatchRow,
  result: WindowResult,
  to: Checkpoint,
): Promise<Step> {
  const step = await writeCheckpoint(tx, batch, result, to)
  if (step.isLost) return step
  await insertRetries(tx, batch, result.retries)
  if (result.uses.length > 0) await settleUses(tx, batch.message_seq, result.uses)
  if (result.optedOut.length > 0) await unsubscribeSubscriptions(tx, result.optedOut)
  if (step.round) await countRetired(tx, batch, await tidyTokens(tx, batch, step.round, result))
  return step
}

/**
 * Retries that are due together and alike go together: one batch per second, environment and attempt. What quiet
 * hours hold joins those of other windows.
 */
async function insertRetries(tx: Tx, batch: BatchRow, retries: readonly Retry[]): Promise<void> {
  const groups = Map.groupBy(retries, (retry) => {
    const second = Math.ceil(retry.dueAt.getTime() / 1000)
    return [second, retry.environment, retry.attempt, retry.failure].join(':')
  })
  if (groups.size === 0) return
  const batches = [...groups.values()].map((group) => {
    const first = group[0] as Retry
    return {
      messageSeq: batch.message_seq,
      appId: batch.app_id,
      platform: batch.platform,
      environment: first.environment,
      priority: batch.priority,
      variant: batch.variant,
      entries: group.map((retry) => retry.entry),
      attempt: first.attempt,
      dueAt: new Date(Math.max(...group.map((retry) => retry.dueAt.getTime()))),
      lastFailure: first.failure ?? undefined,
      lastCode: first.code ?? undefined,
    }
  })
  const isHeld = (each: (typeof batches)[number]) => each.lastFailure === 'quiet_hours'
  await holdEntries(tx, batches.filter(isHeld))
  const again = batches.filter((each) => !isHeld(each))
  if (again.length > 0) await insertBatches(tx, again)
  await announceBatches(tx)
}
