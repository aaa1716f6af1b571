import { sql } from 'kysely'
import type { Tx } from '../../../00-kernel/index.ts'

/**
 * Before paused messages go on: what was to be spread from the pause on is spread from now on, instead of going all
 * at once. A local time that passed meanwhile has passed; those people's turn is now.
 */
export async function shiftSpread(
  tx: Tx,
  seqs: readonly number[],
  { pausedAt, now }: { pausedAt: Date; now: Date },
): Promise<void> {
  await sql`
    update batches b set due_at = b.due_at + (${now}::timestamptz - m.paused_at)
    from messages m
    where m.seq = any(${seqs}::bigint[]) and m.delivery ->> 'kind' = 'spread' and m.paused_at = ${pausedAt}
      and b.message_seq = m.seq and b.closed_at is null and b.due_at >= m.paused_at`.execute(tx)
}
