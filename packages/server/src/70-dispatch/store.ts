import { sql } from 'kysely'
import type { Tx } from '../00-kernel/index.ts'
import type { BatchRow } from '../50-schedule/index.ts'

/** Adds to the count of tokens that a message's answers retired; tokens, not deliveries. */
export async function countRetired(tx: Tx, { message_seq, platform }: BatchRow, n: number): Promise<void> {
  if (n === 0) return
  await sql`
    insert into delivery_counts (message_seq, platform, outcome, reason, shard, n)
    values (${message_seq}, ${platform}, 'retired', 'retired', 0, ${n})
    on conflict (message_seq, platform, outcome, reason, shard)
    do update set n = delivery_counts.n + excluded.n`.execute(tx)
}
