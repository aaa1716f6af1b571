import type { InteractionType, Platform, Recipient } from '@carillon/contract'
import { type RawBuilder, sql } from 'kysely'
import type { Db, DeliveryIds } from '../00-kernel/index.ts'

export interface RecipientRow {
  message_seq: number
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
  /** What they are given of an experiment, and the variant's name. */
  arm: number | null
  variant: string | null
  due_at: Date | null
  /** Where the person is, of one who waits. */
  zone: string | null
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
    select ${columns} from deliveries
    where message_seq = ${messageSeq} and ordinal > ${after}
      and (${status ?? null}::text is null or outcome = ${status ?? null})
      and (${reason ?? null}::text is null or reason = ${reason ?? null})
    order by ordinal limit ${limit}`
  const parts = [
    ...(status === 'pending' ? [] : [sql`(${ended})`]),
    ...(reason || (status && status !== 'pending')
      ? []
      : [
          sql`(${pendingWhere(sql`b.message_seq = ${messageSeq} and e.ordinal > ${after}`)} order by ordinal limit ${limit})`,
        ]),
  ]
  if (parts.length === 0) return []
  return withInteractions(
    db,
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
    sql`
      select ${columns} from deliveries where user_id = ${userId} and message_seq = ${messageSeq}
      union all ${pendingWhere(sql`b.message_seq = ${messageSeq} and ${isTheirs}`)} order by ordinal limit 200`,
  )
}

/** The one recipient at this place of a message. */
export async function readRecipient(
  db: Db,
  { messageSeq, ordinal }: { messageSeq: number; ordinal: number },
): Promise<RecipientRow | undefined> {
  const rows = await withInteractions(
    db,
    sql`
      select ${columns} from deliveries where message_seq = ${messageSeq} and ordinal = ${ordinal}
      union all ${pendingWhere(sql`b.message_seq = ${messageSeq} and e.ordinal = ${ordinal}`)}`,
  )
  return rows[0]
}

/** What a recipient is read from `deliveries` as. */
export const columns = sql.raw(`message_seq, ordinal, subscription_id, user_id, platform, outcome, reason,
  provider_status, provider_code, provider_id, detail, attempts, at, variant as arm,
  null::timestamptz as due_at`)

/** Recipients that have not ended, in the same columns: entries `e` of open batches `b`. */
export function pendingWhere(where: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select b.message_seq, e.ordinal, e.subscription_id, e.user_id, b.platform, 'pending' as outcome, null as reason, null::smallint as provider_status,
      b.last_code as provider_code, null as provider_id, b.last_failure as detail, (b.attempt - 1)::smallint as attempts, null::timestamptz as at, b.variant as arm, b.due_at
    from batches b,
      unnest(b.ordinals[b.done + 1:], b.subscription_ids[b.done + 1:], b.user_ids[b.done + 1:]) as e (ordinal, subscription_id, user_id)
    where b.closed_at is null and ${where}`
}

/** Adds what their devices reported; in the order of message and ordinal. */
export async function withInteractions(db: Db, query: RawBuilder<unknown>): Promise<RecipientRow[]> {
  const { rows } = await sql<RecipientRow>`
    select r.*, (select array_agg(distinct i.type) from interactions i
      where i.message_seq = r.message_seq and i.ordinal = r.ordinal) as interactions,
      case when r.arm >= 0 then (select m.experiment -> 'variants' -> (r.arm % 8)::int ->> 'name'
        from messages m where m.seq = r.message_seq) end as variant,
      case when r.due_at is not null then ${zoneOf} end as zone
    from (${query}) as r order by r.message_seq, r.ordinal`.execute(db)
  return rows
}

/** As delivery timing chooses it. */
const zoneOf = sql`coalesce((select u.timezone from users u where u.id = r.user_id),
  (select coalesce(u.timezone, s.timezone) from subscriptions s left join users u on u.id = s.user_id where s.id = r.subscription_id),
  (select w.settings ->> 'time_zone' from messages m join workspaces w on w.id = m.workspace_id where m.seq = r.message_seq),
  'UTC')`

export function recipientView(row: RecipientRow, deliveryIds: DeliveryIds): Recipient {
  const deliveryId = deliveryIds.make(row.message_seq, row.ordinal)
  return {
    delivery_id: deliveryId,
    subscription_id: row.subscription_id,
    user_id: row.user_id,
    platform: row.platform,
    variant: row.variant,
    status: row.outcome,
    reason: row.reason,
    provider_status: row.provider_status,
    provider_code: row.provider_code,
    // Where the provider's id is our own it is not stored twice.
    provider_id: row.provider_id ?? (row.outcome === 'sent' && row.platform === 'apns' ? deliveryId : null),
    detail: row.detail,
    attempts: row.attempts,
    at: row.at?.toISOString() ?? null,
    due_at: row.due_at?.toISOString() ?? null,
    zone: row.zone,
    interactions: row.interactions ?? [],
  }
}
