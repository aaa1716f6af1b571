import { type Counts, interactionTypes } from '@carillon/contract'
import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import type { MessageRow } from './message-row.ts'

export interface MessageCounts {
  counts: Counts
  excluded: Record<string, number>
  failed: Record<string, number>
  retired: number
  byPlatform: Record<string, { pending: number; sent: number; failed: number; excluded: number }>
}

/** Live counts of messages, from the sums that dispatch writes with the deliveries themselves. */
export async function readCounts(
  db: Db | Tx,
  rows: readonly Pick<MessageRow, 'seq' | 'targeted'>[],
): Promise<Map<number, MessageCounts>> {
  const seqs = rows.map((row) => row.seq)
  const [outcomes, pending, interactions] = await Promise.all([
    sql<{
      message_seq: number
      platform: string
      outcome: 'sent' | 'failed' | 'excluded' | 'retired'
      reason: string
      n: number
    }>`
      select message_seq, platform, outcome, reason, sum(n) as n from delivery_counts
      where message_seq = any(${seqs}::bigint[]) group by 1, 2, 3, 4`.execute(db),
    sql<{ message_seq: number; platform: string; n: number }>`
      select message_seq, platform, sum(size - done) as n from batches
      where message_seq = any(${seqs}::bigint[]) and closed_at is null group by 1, 2`.execute(db),
    sql<{ message_seq: number; type: string; n: number }>`
      select message_seq, type, n from interaction_counts where message_seq = any(${seqs}::bigint[])`.execute(
      db,
    ),
  ])
  const all = new Map(rows.map((row) => [row.seq, noCounts()]))
  for (const row of outcomes.rows) addOutcome(all.get(row.message_seq), row)
  for (const { message_seq, platform, n } of pending.rows) {
    const found = all.get(message_seq)
    if (!found) continue
    found.counts.pending += n
    found.counts.targeted += n
    platformOf(found, platform).pending += n
  }
  for (const { message_seq, type, n } of interactions.rows) {
    const found = all.get(message_seq)
    if (found && isCounted(type)) found.counts[type] = n
  }
  return all
}

function noCounts(): MessageCounts {
  const counts = {
    targeted: 0,
    excluded: 0,
    pending: 0,
    sent: 0,
    failed: 0,
    received: 0,
    opened: 0,
    clicked: 0,
  }
  return { counts, excluded: {}, failed: {}, retired: 0, byPlatform: {} }
}

function addOutcome(
  into: MessageCounts | undefined,
  row: { platform: string; outcome: 'sent' | 'failed' | 'excluded' | 'retired'; reason: string; n: number },
): void {
  if (!into) return
  if (row.outcome === 'retired') {
    into.retired += row.n
    return
  }
  into.counts[row.outcome] += row.n
  into.counts.targeted += row.n
  if (row.platform !== 'none') platformOf(into, row.platform)[row.outcome] += row.n
  if (row.outcome !== 'sent') into[row.outcome][row.reason] = (into[row.outcome][row.reason] ?? 0) + row.n
}

function platformOf({ byPlatform }: MessageCounts, platform: string) {
  byPlatform[platform] ??= { pending: 0, sent: 0, failed: 0, excluded: 0 }
  return byPlatform[platform]
}

function isCounted(type: string): type is 'received' | 'opened' | 'clicked' {
  return (interactionTypes as readonly string[]).slice(0, 3).includes(type)
}
