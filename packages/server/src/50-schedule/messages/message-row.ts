import type { Audience, Content, Counts, MessageStatus, Overrides } from '@carillon/contract'
import { type Selectable, sql } from 'kysely'
import type { Db, Tables, Tx } from '../../00-kernel/index.ts'

/** A message with its documents typed; they were validated when it was created. */
export type MessageRow = Omit<Selectable<Tables['messages']>, 'audience' | 'content' | 'overrides'> & {
  audience: Audience
  content: Content
  overrides: Overrides
  is_open: boolean
  finished_at: Date | null
  /** When the next recipients are due, while some wait. */
  next_due_at: Date | null
  in_flight: number
}

/** Reads messages with what their status is derived from. `in_flight` counts live leases alone. */
export function selectMessages(db: Db | Tx, now: Date) {
  return db
    .selectFrom('messages as m')
    .selectAll('m')
    .select([
      sql<boolean>`exists (select from batches b where b.message_seq = m.seq and b.closed_at is null)`.as(
        'is_open',
      ),
      sql<Date | null>`(select max(b.closed_at) from batches b where b.message_seq = m.seq)`.as(
        'finished_at',
      ),
      sql<Date | null>`(select min(b.due_at) from batches b where b.message_seq = m.seq and b.closed_at is null)`.as(
        'next_due_at',
      ),
      sql<number>`(select coalesce(sum(b.in_flight), 0) from batches b
        where b.message_seq = m.seq and b.closed_at is null and b.lease_until > ${now})`.as('in_flight'),
    ])
}

export async function findMessage(
  db: Db | Tx,
  workspaceId: string,
  id: string,
  now: Date,
): Promise<MessageRow | undefined> {
  const row = await selectMessages(db, now)
    .where('m.workspace_id', '=', workspaceId)
    .where('m.id', '=', id)
    .executeTakeFirst()
  return row as MessageRow | undefined
}

export function statusOf(row: MessageRow, counts: Counts, now: Date): MessageStatus {
  const endedAt = finishedAt(row)
  if (row.cancelled_at) return 'cancelled'
  // Expired is what ended by its expiry with nothing handed over; what ended earlier stays finished.
  if (endedAt) return counts.sent + counts.failed === 0 && row.expires_at <= endedAt ? 'expired' : 'finished'
  if (row.paused_at) return 'paused'
  if (row.start_at > now || isAwaitingFirst(row, now)) return 'scheduled'
  return row.started_at ? 'sending' : 'accepted'
}

/** Frozen ahead of the first person's turn. */
function isAwaitingFirst({ delivery, started_at, next_due_at }: MessageRow, now: Date): boolean {
  return delivery !== null && started_at === null && next_due_at !== null && next_due_at > now
}

/** The moment that a finished message finished, else null. */
export function finishedAt(row: MessageRow): Date | null {
  if (row.frozen_at === null || row.is_open) return null
  return row.finished_at && row.finished_at > row.frozen_at ? row.finished_at : row.frozen_at
}
