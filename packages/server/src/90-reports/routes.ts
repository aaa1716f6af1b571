import {
  getDelivery,
  getMessage,
  getOverview,
  listMessages,
  listRecipients,
  listUserMessages,
  messageEvents,
  type QueryOf,
  whyMessage,
} from '@carillon/contract'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import {
  type Db,
  type DeliveryIds,
  decodeCursor,
  Problem,
  pageOf,
  type Route,
  read,
  stream,
} from '../00-kernel/index.ts'
import { findMessage, type MessageRow, selectMessages } from '../50-schedule/index.ts'
import { findDelivery } from './find-delivery.ts'
import { messageViews } from './message-view.ts'
import { readOverview } from './overview.ts'
import { watchMessage } from './progress.ts'
import { readRecipients, recipientView } from './recipients.ts'
import { readUserMessages } from './user-messages.ts'
import { explainWhy } from './why.ts'

export function reportRoutes({ deliveryIds, now }: { deliveryIds: DeliveryIds; now: () => Date }): Route[] {
  return [
    read(listMessages, async ({ db, caller, query }) => {
      const rows = await readMessages(db, caller.workspaceId, query, now())
      const page = pageOf(
        rows,
        query.limit,
        (row) => row,
        (row) => [row.id],
      )
      return { ...page, data: await messageViews(db, page.data, now()) }
    }),
    read(getMessage, async ({ db, caller, params }) => {
      const [view] = await messageViews(db, [await existing(db, caller.workspaceId, params.id, now())], now())
      if (!view) throw new Error('A message without a view.')
      return view
    }),
    stream(messageEvents, ({ db, caller, params, signal }) =>
      watchMessage(db, { workspaceId: caller.workspaceId, id: params.id, now, signal }),
    ),
    read(listRecipients, async ({ db, caller, params, query }) => {
      const { seq } = await existing(db, caller.workspaceId, params.id, now())
      const [after = -1] = (decodeCursor(query.cursor, ['int']) ?? []) as number[]
      const rows = await readRecipients(db, {
        messageSeq: seq,
        after,
        limit: query.limit + 1,
        status: query.status,
        reason: query.reason,
      })
      return pageOf(
        rows,
        query.limit,
        (row) => recipientView(row, deliveryIds),
        (row) => [row.ordinal],
      )
    }),
    read(whyMessage, async ({ db, caller, params, query }) => {
      const message = await existing(db, caller.workspaceId, params.id, now())
      const userId = await existingUser(db, caller.workspaceId, query.user_id)
      return explainWhy(db, { message, userId, deliveryIds, now: now() })
    }),
    read(getDelivery, ({ db, caller, params }) =>
      findDelivery(db, { workspaceId: caller.workspaceId, id: params.id, deliveryIds }),
    ),
    read(listUserMessages, async ({ db, caller, params, query }) => {
      const { workspaceId } = caller
      const userId = await existingUser(db, workspaceId, params.id)
      return readUserMessages(db, { ...query, workspaceId, userId, deliveryIds })
    }),
    read(getOverview, ({ db, caller }) => readOverview(db, caller.workspaceId, now())),
  ]
}

async function existing(db: Db, workspaceId: string, id: string, now: Date): Promise<MessageRow> {
  const row = await findMessage(db, workspaceId, id, now)
  if (!row) throw new Problem('not_found', { detail: 'There is no message with this id.' })
  return row
}

async function existingUser(db: Db, workspaceId: string, id: string): Promise<string> {
  const user = await db
    .selectFrom('users')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!user) throw new Problem('not_found', { detail: 'There is no user with this id.' })
  return user.id
}

async function readMessages(
  db: Db,
  workspaceId: string,
  { app_id, status, campaign_id, cursor, limit }: QueryOf<typeof listMessages>,
  now: Date,
): Promise<MessageRow[]> {
  const [before] = decodeCursor(cursor, ['uuid']) ?? []
  let query = selectMessages(db, now)
    .where('m.workspace_id', '=', workspaceId)
    .orderBy('m.id', 'desc')
    .limit(limit + 1)
  if (before) query = query.where('m.id', '<', String(before))
  if (app_id) query = query.where('m.app_id', '=', app_id)
  if (campaign_id) query = query.where('m.campaign_id', '=', campaign_id)
  if (status) query = query.where(statusPredicate(status, now))
  return (await query.execute()) as MessageRow[]
}

/** The conditions of `statusOf`, as SQL. */
function statusPredicate(status: string, now: Date): RawBuilder<SqlBool> {
  const isDone = sql`(m.frozen_at is not null and not exists (select from batches b where b.message_seq = m.seq and b.closed_at is null))`
  const gotOut = sql`exists (select from delivery_counts c where c.message_seq = m.seq and c.outcome in ('sent', 'failed'))`
  const endedAt = sql`greatest(m.frozen_at, (select max(b.closed_at) from batches b where b.message_seq = m.seq))`
  const isExpired = sql`(${isDone} and m.expires_at <= ${endedAt} and not ${gotOut})`
  const going = sql`m.cancelled_at is null and not ${isDone}`
  const awaitsFirst = sql`(m.delivery is not null and m.started_at is null and coalesce((select min(b.due_at) from batches b
    where b.message_seq = m.seq and b.closed_at is null) > ${now}, false))`
  const isScheduled = sql`(m.start_at > ${now} or ${awaitsFirst})`
  const started = sql`${going} and m.paused_at is null and not ${isScheduled}`
  const predicates: Record<string, RawBuilder<SqlBool>> = {
    cancelled: sql`m.cancelled_at is not null`,
    finished: sql`m.cancelled_at is null and ${isDone} and not ${isExpired}`,
    expired: sql`m.cancelled_at is null and ${isExpired}`,
    paused: sql`${going} and m.paused_at is not null`,
    scheduled: sql`${going} and m.paused_at is null and ${isScheduled}`,
    sending: sql`${started} and m.started_at is not null`,
    accepted: sql`${started} and m.started_at is null`,
  }
  return predicates[status] ?? sql`false`
}
