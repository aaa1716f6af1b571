import type { Message } from '@carillon/contract'
import { sql } from 'kysely'
import type { Db } from '../00-kernel/index.ts'

type Hold = Message['holds'][number]

/** By message: whom quiet hours hold on each platform, and until when the first of them. */
export async function readQuietHolds(db: Db, seqs: readonly number[]): Promise<Map<number, Hold[]>> {
  if (seqs.length === 0) return new Map()
  const { rows } = await sql<{ seq: number; platform: string; n: number; first: Date; last: Date }>`
    select message_seq as seq, platform, sum(size - done) as n, min(due_at) as first, max(due_at) as last
    from batches
    where message_seq = any(${seqs}::bigint[]) and closed_at is null and last_failure = 'quiet_hours'
    group by 1, 2 order by 1, 2`.execute(db)
  return Map.groupBy(rows, ({ seq }) => seq)
    .entries()
    .reduce((all, [seq, held]) => all.set(seq, held.map(holdOf)), new Map<number, Hold[]>())
}

function holdOf({
  platform,
  n,
  first,
  last,
}: {
  platform: string
  n: number
  first: Date
  last: Date
}): Hold {
  const who = n === 1 ? '1 recipient waits' : `${n} recipients wait`
  const end = last > first ? `, the last until ${last.toISOString().slice(0, 16)}Z` : ''
  return {
    platform,
    reason: 'quiet_hours',
    detail: `${who} for the end of quiet hours${end}.`,
    until: first.toISOString(),
  }
}
