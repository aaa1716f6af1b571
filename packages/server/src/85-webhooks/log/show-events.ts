import type { EventType, LoggedEvent } from '@carillon/contract'
import { sql } from 'kysely'
import type { Db, DeliveryIds } from '../../00-kernel/index.ts'
import {
  finishedAt,
  type MessageCounts,
  type MessageRow,
  readCounts,
  selectMessages,
  statusOf,
} from '../../50-schedule/index.ts'
import { type EventRow, eventIdOf } from './event-log.ts'

export interface ShowDeps {
  deliveryIds: DeliveryIds
  now: () => Date
}

/** Events as everybody gets them. What they are about is read now: the log itself holds only names of rows. */
export async function showEvents(
  db: Db,
  { deliveryIds, now }: ShowDeps,
  rows: readonly EventRow[],
): Promise<LoggedEvent[]> {
  if (rows.length === 0) return []
  const [messages, deliveries, interactions, subscriptions] = [
    await readMessages(db, rows, now()),
    await readDeliveries(db, rows),
    await readInteractions(db, rows),
    await readSubscriptions(db, rows),
  ]
  const idOf = ({ message_seq, ordinal }: Place) => deliveryIds.make(message_seq, ordinal)
  const aboutMessage = (row: EventRow) => {
    const found = messages.get(row.message_seq ?? -1)
    if (!found) throw new Error(`Event ${row.position} is about a message that is not there.`)
    return found
  }
  const aboutDeliveries = (row: EventRow) => ({
    ...headOf(aboutMessage(row).message),
    deliveries: (deliveries.get(row.position) ?? []).map((each) => deliveryData(each, idOf(each))),
  })
  const aboutInteractions = (row: EventRow) => ({
    ...headOf(aboutMessage(row).message),
    interactions: (interactions.get(row.position) ?? []).map((each) => interactionData(each, idOf(each))),
  })
  const aboutSubscriptions = ({ data }: EventRow) => {
    const { app_id, ids = [], ...rest } = (data ?? {}) as { app_id?: string; ids?: string[] }
    return { app_id, ...rest, subscriptions: ids.map((id) => subscriptions.get(id) ?? { id, deleted: true }) }
  }
  const dataOf: Record<EventType, (row: EventRow) => Record<string, unknown>> = {
    'message.accepted': (row) => acceptedData(aboutMessage(row).message),
    'message.finished': (row) => finishedData(aboutMessage(row), now()),
    'message.cancelled': (row) => cancelledData(aboutMessage(row).message),
    'delivery.sent': aboutDeliveries,
    'delivery.failed': aboutDeliveries,
    'delivery.excluded': aboutDeliveries,
    'interaction.received': aboutInteractions,
    'interaction.opened': aboutInteractions,
    'interaction.clicked': aboutInteractions,
    'interaction.action': aboutInteractions,
    'interaction.dismissed': aboutInteractions,
    'interaction.delivered': aboutInteractions,
    'interaction.undelivered': aboutInteractions,
    'interaction.bounced': aboutInteractions,
    'interaction.complained': aboutInteractions,
    'interaction.unsubscribed': aboutInteractions,
    'subscription.created': aboutSubscriptions,
    'subscription.retired': aboutSubscriptions,
    'subscription.suspect': aboutSubscriptions,
    'app.credential_rejected': ({ data }) => data ?? {},
  }
  return rows.map((row) => ({
    id: eventIdOf(row.position),
    type: row.type,
    timestamp: row.at.toISOString(),
    data: dataOf[row.type](row),
  }))
}

interface Place {
  message_seq: number
  ordinal: number
}

interface KnownMessage {
  message: MessageRow
  counts: MessageCounts
}

async function readMessages(
  db: Db,
  rows: readonly EventRow[],
  now: Date,
): Promise<Map<number, KnownMessage>> {
  const seqs = [...new Set(rows.flatMap(({ message_seq }) => (message_seq === null ? [] : [message_seq])))]
  if (seqs.length === 0) return new Map()
  const messages = (await selectMessages(db, now)
    .where('m.seq', '=', sql<number>`any(${seqs}::bigint[])`)
    .execute()) as MessageRow[]
  const counts = await readCounts(db, messages)
  return new Map(
    messages.map((message) => [message.seq, { message, counts: counts.get(message.seq) as MessageCounts }]),
  )
}

interface DeliveryRow extends Place {
  position: number
  subscription_id: string | null
  user_id: string | null
  platform: string | null
  reason: string
  provider_status: number | null
  provider_code: string | null
  detail: string | null
  attempts: number
  variant: string | null
  at: Date
}

async function readDeliveries(db: Db, rows: readonly EventRow[]): Promise<Map<number, DeliveryRow[]>> {
  const positions = positionsOf(rows, 'delivery.')
  if (positions.length === 0) return new Map()
  const found = await sql<DeliveryRow>`
    select e.position, d.message_seq, d.ordinal, d.subscription_id, d.user_id, d.platform, d.reason, d.provider_status,
      d.provider_code, d.detail, d.attempts, d.at,
      case when d.variant is not null then (select m.experiment -> 'variants' -> d.variant % 8 ->> 'name'
        from messages m where m.seq = d.message_seq) end as variant
    from events e join deliveries d on d.message_seq = e.message_seq and d.ordinal = any(e.ordinals)
    where e.position = any(${positions}::bigint[])
    order by e.position, d.ordinal`.execute(db)
  return Map.groupBy(found.rows, ({ position }) => position)
}

interface InteractionRow extends Place {
  position: number
  subscription_id: string | null
  user_id: string | null
  action_id: string
  url: string | null
  at: Date
}

/** An opening may be reported before the outcome is recorded; then nobody knows yet whose device it was. */
async function readInteractions(db: Db, rows: readonly EventRow[]): Promise<Map<number, InteractionRow[]>> {
  const positions = positionsOf(rows, 'interaction.')
  if (positions.length === 0) return new Map()
  const found = await sql<InteractionRow>`
    select e.position, i.message_seq, i.ordinal, i.action_id, i.url, i.at, d.subscription_id, d.user_id
    from events e
    cross join lateral unnest(e.ordinals, array(select jsonb_array_elements_text(e.data -> 'action_ids')))
      as named (ordinal, action_id)
    join interactions i on i.message_seq = e.message_seq and i.ordinal = named.ordinal
      and i.type = substr(e.type, length('interaction.') + 1) and i.action_id = coalesce(named.action_id, '')
    left join deliveries d on d.message_seq = i.message_seq and d.ordinal = i.ordinal
    where e.position = any(${positions}::bigint[])
    order by e.position, i.ordinal, i.action_id`.execute(db)
  return Map.groupBy(found.rows, ({ position }) => position)
}

async function readSubscriptions(db: Db, rows: readonly EventRow[]) {
  const ids = rows.flatMap(({ type, data }) =>
    type.startsWith('subscription.') ? ((data?.ids as string[] | undefined) ?? []) : [],
  )
  if (ids.length === 0) return new Map()
  const found = await db
    .selectFrom('subscriptions')
    .select(['id', 'platform', 'environment', 'device_id', 'user_id', 'status'])
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute()
  return new Map(found.map((each) => [each.id, each]))
}

function positionsOf(rows: readonly EventRow[], prefix: string): number[] {
  return rows.filter(({ type }) => type.startsWith(prefix)).map(({ position }) => position)
}

function headOf({ id, app_id, metadata }: MessageRow) {
  return { message_id: id, app_id, metadata }
}

function acceptedData(message: MessageRow) {
  const { channel, category, priority, dry_run, start_at, expires_at, estimated } = message
  return {
    ...headOf(message),
    channel,
    category,
    priority,
    dry_run,
    start_at: start_at.toISOString(),
    expires_at: expires_at.toISOString(),
    estimated_recipients: estimated,
  }
}

function finishedData({ message, counts }: KnownMessage, now: Date) {
  return {
    ...headOf(message),
    dry_run: message.dry_run,
    status: statusOf(message, counts.counts, now),
    counts: counts.counts,
    excluded: counts.excluded,
    failed: counts.failed,
    finished_at: finishedAt(message)?.toISOString() ?? null,
  }
}

function cancelledData(message: MessageRow) {
  return { ...headOf(message), cancelled_at: message.cancelled_at?.toISOString() ?? null }
}

function deliveryData({ position, message_seq, ordinal, at, ...row }: DeliveryRow, deliveryId: string) {
  return { delivery_id: deliveryId, ...row, at: at.toISOString() }
}

function interactionData(row: InteractionRow, deliveryId: string) {
  const { subscription_id, user_id, action_id, url, at } = row
  return {
    delivery_id: deliveryId,
    subscription_id,
    user_id,
    action_id: action_id || null,
    url,
    at: at.toISOString(),
  }
}
