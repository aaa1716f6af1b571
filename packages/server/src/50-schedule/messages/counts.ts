import { type Counts, deviceInteractionTypes } from '@carillon/contract'
import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import type { MessageRow } from './message-row.ts'

export interface MessageCounts {
  counts: Counts
  excluded: Record<string, number>
  failed: Record<string, number>
  /** By type: what no device reports. */
  heard: Record<string, number>
  retired: number
  byPlatform: Record<string, { pending: number; sent: number; failed: number; excluded: number }>
}

/**
 * Live counts of messages, from the sums that dispatch writes with the deliveries themselves. One statement, so
 * one snapshot: a window that is recorded meanwhile is either still pending or has ended, never both or neither.
 */
export async function readCounts(
  db: Db | Tx,
  messages: readonly Pick<MessageRow, 'seq'>[],
): Promise<Map<number, MessageCounts>> {
  const seqs = messages.map((message) => message.seq)
  const { rows } = await sql<SumRow>`
    select message_seq, platform, outcome, reason, sum(n) as n from delivery_counts
    where message_seq = any(${seqs}::bigint[]) group by 1, 2, 3, 4
    union all
    select message_seq, platform, 'pending', '', sum(size - done) from batches
    where message_seq = any(${seqs}::bigint[]) and closed_at is null group by 1, 2
    union all
    select message_seq, 'none', 'interaction', type, n from interaction_counts
    where message_seq = any(${seqs}::bigint[])`.execute(db)
  const all = new Map(seqs.map((seq) => [seq, noCounts()]))
  for (const row of rows) {
    const found = all.get(row.message_seq)
    if (found) addSum(found, row)
  }
  return all
}

interface SumRow {
  message_seq: number
  platform: string
  outcome: 'sent' | 'failed' | 'excluded' | 'pending' | 'retired' | 'interaction'
  /** Of an outcome; the type of an interaction. */
  reason: string
  n: number
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
  return { counts, excluded: {}, failed: {}, heard: {}, retired: 0, byPlatform: {} }
}

function addSum(into: MessageCounts, { platform, outcome, reason, n }: SumRow): void {
  if (outcome === 'interaction') {
    if (isCounted(reason)) into.counts[reason] = n
    else if (!(deviceInteractionTypes as readonly string[]).includes(reason)) into.heard[reason] = n
    return
  }
  if (outcome === 'retired') {
    into.retired += n
    return
  }
  into.counts[outcome] += n
  into.counts.targeted += n
  if (platform !== 'none') platformOf(into, platform)[outcome] += n
  if (outcome === 'failed' || outcome === 'excluded') into[outcome][reason] = (into[outcome][reason] ?? 0) + n
}

function platformOf({ byPlatform }: MessageCounts, platform: string) {
  byPlatform[platform] ??= { pending: 0, sent: 0, failed: 0, excluded: 0 }
  return byPlatform[platform]
}

function isCounted(type: string): type is 'received' | 'opened' | 'clicked' {
  return (deviceInteractionTypes as readonly string[]).slice(0, 3).includes(type)
}
