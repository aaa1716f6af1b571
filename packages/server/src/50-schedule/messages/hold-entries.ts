import { sql } from 'kysely'
import type { Tx } from '../../00-kernel/index.ts'
import { insertBatches, type NewBatch } from './batches.ts'

/** As large as a frozen batch: one lease, and the most that waits behind one slow window. */
const batchSize = 1_000

/**
 * Lets entries wait until their due time. Many windows leave a few for the same moment: they fill batches that wait
 * for it already, so that the moment finds few batches and not one for each window.
 */
export async function holdEntries(tx: Tx, held: readonly NewBatch[]): Promise<void> {
  const rest: NewBatch[] = []
  for (const batch of held) if (!(await joinWaiting(tx, batch))) rest.push(batch)
  if (rest.length > 0) await insertBatches(tx, rest)
}

/** False when there is none with room that nobody else is at. Nobody has leased one before its time. */
async function joinWaiting(tx: Tx, { entries, ...batch }: NewBatch): Promise<boolean> {
  const { rows } = await sql`
    with room as (
      select id from batches
      where message_seq = ${batch.messageSeq} and platform = ${batch.platform}
        and environment = ${batch.environment} and attempt = ${batch.attempt}::int
        and due_at = ${batch.dueAt}::timestamptz and last_failure = ${batch.lastFailure ?? null}
        and variant is not distinct from ${batch.variant ?? null}::smallint
        and closed_at is null and lease_until is null and done = 0 and size + ${entries.length}::int <= ${batchSize}
      order by id limit 1
      for update skip locked
    )
    update batches b set size = b.size + ${entries.length}::int,
      ordinals = b.ordinals || ${entries.map((entry) => entry.ordinal)}::int[],
      subscription_ids = b.subscription_ids || ${entries.map((entry) => entry.subscriptionId)}::uuid[],
      user_ids = b.user_ids || ${entries.map((entry) => entry.userId)}::uuid[]
    from room where b.id = room.id
    returning b.id`.execute(tx)
  return rows.length > 0
}
