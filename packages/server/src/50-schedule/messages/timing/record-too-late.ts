import type { Platform } from '@carillon/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../00-kernel/index.ts'

export interface LateEntry {
  ordinal: number
  subscriptionId: string
  userId: string | null
  platform: Platform
}

/** Devices where the local time has passed and late ones are skipped: they end here, before any batch. */
export async function recordTooLate(
  tx: Tx,
  messageSeq: number,
  entries: readonly LateEntry[],
  now: Date,
): Promise<void> {
  const column = <T>(pick: (entry: LateEntry) => T) => entries.map(pick)
  await sql`
    with late as (
      select * from unnest(${column((e) => e.ordinal)}::int[], ${column((e) => e.subscriptionId)}::uuid[],
        ${column((e) => e.userId)}::uuid[], ${column((e) => e.platform)}::text[])
        as l (ordinal, subscription_id, user_id, platform)
    ), delivered as (
      insert into deliveries (message_seq, ordinal, subscription_id, user_id, platform, outcome, reason, attempts, at)
      select ${messageSeq}, ordinal, subscription_id, user_id, platform, 'excluded', 'too_late', 0, ${now} from late
    )
    insert into delivery_counts (message_seq, platform, outcome, reason, shard, n)
    select ${messageSeq}, platform, 'excluded', 'too_late', 0, count(*)::int from late group by platform order by platform
    on conflict (message_seq, platform, outcome, reason, shard)
      do update set n = delivery_counts.n + excluded.n`.execute(tx)
}
