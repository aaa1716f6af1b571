import type { InteractionType, Platform, Recipient } from '@carillon/contract'
import { type RawBuilder, sql } from 'kysely'
import type { Db, DeliveryIds } from '../00-kernel/index.ts'

export interface RecipientRow {
  ordinal: number
  subscription_id: string | null
  user_id: string | null
  platform: Platform | null
  outcome: 'pending' | 'sent' | 'failed' | 'excluded'
  reason: string | null
  provider_status: number | null
  provider_code: string | null
  provider_id: string | null
  detail: string | null
  attempts: number
  at: Date | null
  interactions: InteractionType[] | null
}

export interface RecipientFilter {
  messageSeq: number
  after: number
  limit: number
  status?: 'pending' | 'sent' | 'failed' | 'excluded'
  reason?: string
}

/** Recipients in the order of their ordinals: ended ones from `deliveries`, pending ones from open batches. */
export async function readRecipients(db: Db, filter: RecipientFilter): Promise<RecipientRow[]> {
  const { messageSeq, after, limit, status, reason } = filter
  const ended = sql`
    select ordinal, subscription_id, user_id, platform, outcome, reason, provider_status, provider_code, provider_id, detail, attempts, at
    from deliveries
    where message_seq = ${messageSeq} and ordinal > ${after}
      and (${status ?? null}::text is null or outcome = ${status ?? null})
      and (${reason ?? null}::text is null or reason = ${reason ?? null})
    order by ordinal limit ${limit}`
  const parts = [
    ...(status === 'pending' ? [] : [sql`(${ended})`]),
    ...(reason || (status && status !== 'pending')
      ? []
      : [sql`(${pendingOf(messageSeq, sql`e.ordinal > ${after}`)} order by ordinal limit ${limit})`]),
  ]
  if (parts.length === 0) return []
  return withInteractions(
    db,
    messageSeq,
    sql`select * from (${sql.join(parts, sql` union all `)}) as every order by ordinal limit ${limit}`,
  )
}

/** What became, or will become, of one person's devices. */
export async function readRecipientsOfUser(
  db: Db,
  messageSeq: number,
  userId: string,
): Promise<RecipientRow[]> {
  const isTheirs = sql`(e.user_id = ${userId} or e.subscription_id in (select id from subscriptions where user_id = ${userId}))`
  return withInteractions(
    db,
    messageSeq,
    sql`
      select ordinal, subscription_id, user_id, platform, outcome, reason, provider_status, provider_code, provider_id, detail, attempts, at
      from deliveries where user_id = ${userId} and message_seq = ${messageSeq}
      union all ${pendingOf(messageSeq, isTheirs)} order by ordinal limit 200`,
  )
}

function pendingOf(messageSeq: number, where: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select e.ordinal, e.subscription_id, e.user_id, b.platform, 'pending' as outcome, null as reason, null::smallint as provider_status,
      b.last_code as provider_code, null as provider_id, b.last_failure as detail, (b.attempt - 1)::smallint as attempts, null::timestamptz as at
    from batches b,
      unnest(b.ordinals[b.done + 1:], b.subscription_ids[b.done + 1:], b.user_ids[b.done + 1:]) as e (ordinal, subscription_id, user_id)
    where b.message_seq = ${messageSeq} and b.closed_at is null and ${where}`
}

async function withInteractions(
  db: Db,
  messageSeq: number,
  query: RawBuilder<unknown>,
): Promise<RecipientRow[]> {
  const { rows } = await sql<RecipientRow>`
    select r.*, (select array_agg(distinct i.type) from interactions i
      where i.message_seq = ${messageSeq} and i.ordinal = r.ordinal) as interactions
    from (${query}) as r order by r.ordinal`.execute(db)
  return rows
}

export function recipientView(row: RecipientRow, messageSeq: number, deliveryIds: DeliveryIds): Recipient {
  const deliveryId = deliveryIds.make(messageSeq, row.ordinal)
  return {
    delivery_id: deliveryId,
    subscription_id: row.subscription_id,
    user_id: row.user_id,
    platform: row.platform,
    status: row.outcome,
    reason: row.reason,
    provider_status: row.provider_status,
    provider_code: row.provider_code,
    // Where the provider's id is our own it is not stored twice.
    provider_id: row.provider_id ?? (row.outcome === 'sent' && row.platform === 'apns' ? deliveryId : null),
    detail: row.detail,
    attempts: row.attempts,
    at: row.at?.toISOString() ?? null,
    interactions: row.interactions ?? [],
  }
}
