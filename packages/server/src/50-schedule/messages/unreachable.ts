import { sql } from 'kysely'
import type { Tx } from '../../00-kernel/index.ts'

/** People in the audience with no device: they end here, before any batch, with the reason on record. */
export async function recordUnreachable(
  tx: Tx,
  messageSeq: number,
  people: readonly { ordinal: number; userId: string | null }[],
  now: Date,
): Promise<void> {
  await sql`
    insert into deliveries (message_seq, ordinal, user_id, outcome, reason, attempts, at)
    select ${messageSeq}, ordinal, user_id, 'excluded', 'no_subscription', 0, ${now}
    from unnest(${people.map((p) => p.ordinal)}::int[], ${people.map((p) => p.userId)}::uuid[]) as p (ordinal, user_id)`.execute(
    tx,
  )
  await sql`
    insert into delivery_counts (message_seq, platform, outcome, reason, shard, n)
    values (${messageSeq}, 'none', 'excluded', 'no_subscription', 0, ${people.length})
    on conflict (message_seq, platform, outcome, reason, shard) do update set n = delivery_counts.n + excluded.n`.execute(
    tx,
  )
}
