import { type Reason, reasonText, type UserMessage } from '@carillon/contract'
import { sql } from 'kysely'
import { type Db, type DeliveryIds, decodeCursor, type Page, pageOf } from '../00-kernel/index.ts'
import { columns, pendingWhere, type RecipientRow, recipientView, withInteractions } from './recipients.ts'

/** Devices of one person that are told of, by message. */
const devicesShown = 50

interface Person {
  workspaceId: string
  userId: string
}

interface MessageHead {
  seq: number
  id: string
  app_id: string
  title: string | null
  created_at: Date
}

/** The messages that targeted a person, newest first, each with its outcome on every device. */
export async function readUserMessages(
  db: Db,
  {
    limit,
    cursor,
    deliveryIds,
    ...person
  }: Person & { limit: number; cursor?: string; deliveryIds: DeliveryIds },
): Promise<Page<UserMessage>> {
  const [before = null] = decodeCursor(cursor, ['uuid']) ?? []
  const heads = await readHeads(db, person, { before, limit: limit + 1 })
  const rows = await readDeliveries(
    db,
    person,
    heads.map(({ seq }) => seq),
  )
  const byMessage = Map.groupBy(rows, (row) => row.message_seq)
  return pageOf(
    heads,
    limit,
    (head) => messageView(head, byMessage.get(head.seq) ?? [], deliveryIds),
    ({ id }) => [id],
  )
}

function messageView(
  { id, app_id, title, created_at }: MessageHead,
  rows: readonly RecipientRow[],
  deliveryIds: DeliveryIds,
): UserMessage {
  const deliveries = rows.map((row) => ({
    ...recipientView(row, deliveryIds),
    sentence: row.reason ? reasonText[row.reason as Reason] : null,
  }))
  return { message_id: id, app_id, title, created_at: created_at.toISOString(), deliveries }
}

/** What has ended is found by the index that starts from a person; what is open, in the few open batches. */
async function readHeads(
  db: Db,
  { workspaceId, userId }: Person,
  { before, limit }: { before: string | number | null; limit: number },
): Promise<MessageHead[]> {
  const { rows } = await sql<MessageHead>`
    with below as (
      select coalesce((select seq from messages where workspace_id = ${workspaceId} and id = ${before}), ${2 ** 53 - 1}) as seq
    )
    select m.seq, m.id, m.app_id, coalesce(m.content ->> 'title', m.overrides #>> '{email,subject}', m.content ->> 'body', m.overrides #>> '{sms,body}') as title, m.created_at
    from messages m
    where m.seq in (
      (select distinct message_seq from deliveries
        where user_id = ${userId} and message_seq < (select seq from below) order by message_seq desc limit ${limit})
      union all
      select message_seq from (${pendingOf(userId)}) as pending where message_seq < (select seq from below)
    )
    order by m.seq desc limit ${limit}`.execute(db)
  return rows
}

function readDeliveries(db: Db, { userId }: Person, seqs: readonly number[]): Promise<RecipientRow[]> {
  const isShown = sql`message_seq = any(${seqs}::bigint[])`
  return withInteractions(
    db,
    sql`
      select * from (
        select every.*, row_number() over (partition by message_seq order by ordinal) as place
        from (
          select ${columns} from deliveries where user_id = ${userId} and ${isShown}
          union all
          select * from (${pendingOf(userId)}) as pending where ${isShown}
        ) as every
      ) as placed where place <= ${devicesShown}`,
  )
}

/** Batches are looked into only where the arrays as a whole hold the person or a device of theirs. */
function pendingOf(userId: string) {
  const devices = sql`array(select id from subscriptions where user_id = ${userId})`
  return pendingWhere(sql`(${userId} = any(b.user_ids) or b.subscription_ids && ${devices})
    and (e.user_id = ${userId} or e.subscription_id = any(${devices}))`)
}
