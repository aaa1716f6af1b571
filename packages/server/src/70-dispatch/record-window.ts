import type { Tx } from '../00-kernel/index.ts'
import { announceBatches, type BatchRow, insertBatch } from '../50-schedule/index.ts'
import { addCount, addCounts, insertDeliveries, updateLane } from './store.ts'
import { tidyTokens } from './token-hygiene.ts'
import type { Retry, WindowResult } from './window.ts'

const countShards = 16

/** Writes everything that a window left behind. The caller moves the checkpoint in the same transaction. */
export async function recordWindow(tx: Tx, batch: BatchRow, result: WindowResult, now: Date): Promise<void> {
  await insertDeliveries(tx, batch.message_seq, batch.platform, result.endings, now)
  const shard = batch.id % countShards
  await addCounts(tx, batch.message_seq, batch.platform, result.endings, shard)
  await insertRetries(tx, batch, result.retries)
  const { accepted, dead, other } = result.round
  if (accepted + dead + other > 0 || result.block) {
    const round = await updateLane(tx, batch, result, now)
    const retired = await tidyTokens(tx, batch, round, result)
    await addCount(tx, {
      messageSeq: batch.message_seq,
      platform: batch.platform,
      outcome: 'retired',
      reason: 'retired',
      shard,
      n: retired,
    })
  }
}

/** Retries that are due together and alike go together: one batch per second, environment and attempt. */
async function insertRetries(tx: Tx, batch: BatchRow, retries: readonly Retry[]): Promise<void> {
  const groups = Map.groupBy(retries, (retry) => {
    const second = Math.ceil(retry.dueAt.getTime() / 1000)
    return [second, retry.environment, retry.attempt, retry.failure].join(':')
  })
  for (const group of groups.values()) {
    const [first] = group
    if (!first) continue
    await insertBatch(tx, {
      messageSeq: batch.message_seq,
      appId: batch.app_id,
      platform: batch.platform,
      environment: first.environment,
      priority: batch.priority,
      entries: group.map((retry) => retry.entry),
      attempt: first.attempt,
      dueAt: new Date(Math.max(...group.map((retry) => retry.dueAt.getTime()))),
      lastFailure: first.failure,
      lastCode: first.code ?? undefined,
    })
  }
  if (groups.size > 0) await announceBatches(tx)
}
