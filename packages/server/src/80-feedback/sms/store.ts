import type { InboundKind } from '@carillon/contract'
import { sql } from 'kysely'
import { type Db, newId, type Tx } from '../../00-kernel/index.ts'

/** A delivery that a receipt may be about. */
export interface FoundDelivery {
  message_seq: number
  ordinal: number
  app_id: string
  provider_id: string | null
  subscription_id: string | null
  token: string | null
  token_hash: Buffer | null
  at: Date
}

const deliveryColumns = sql`d.message_seq, d.ordinal, m.app_id, d.provider_id, d.subscription_id, s.token, s.token_hash,
  d.at`

/** Newest first: providers use their ids again. */
export async function findByProviderIds(tx: Tx, ids: readonly string[]): Promise<FoundDelivery[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<FoundDelivery>`
    select ${deliveryColumns} from deliveries d join messages m on m.seq = d.message_seq
    left join subscriptions s on s.id = d.subscription_id
    where d.platform = 'sms' and d.provider_id is not null and d.provider_id = any(${ids}::text[])
    order by d.message_seq desc`.execute(tx)
  return rows
}

export async function findByPlaces(
  tx: Tx,
  places: readonly { messageSeq: number; ordinal: number }[],
): Promise<FoundDelivery[]> {
  if (places.length === 0) return []
  const { rows } = await sql<FoundDelivery>`
    select ${deliveryColumns}
    from unnest(${places.map((place) => place.messageSeq)}::bigint[],
      ${places.map((place) => place.ordinal)}::int[]) as p (seq, ordinal)
    join deliveries d on d.message_seq = p.seq and d.ordinal = p.ordinal and d.platform = 'sms'
    join messages m on m.seq = d.message_seq
    left join subscriptions s on s.id = d.subscription_id`.execute(tx)
  return rows
}

/** The last text that a person was sent in an app, if it was not long ago. */
export async function findLastTo(
  tx: Tx,
  { userId, subscriptionId, since }: { userId: string; subscriptionId: string; since: Date },
): Promise<{ message_seq: number; ordinal: number } | undefined> {
  const { rows } = await sql<{ message_seq: number; ordinal: number }>`
    select message_seq, ordinal from deliveries
    where user_id = ${userId} and subscription_id = ${subscriptionId} and outcome = 'sent' and at > ${since}
    order by message_seq desc limit 1`.execute(tx)
  return rows[0]
}

export interface NewInbound {
  workspaceId: string
  appId: string
  providerId: string | null
  sender: string
  recipient: string
  text: string
  kind: InboundKind
  at: Date
}

/** False when the provider has told of it before. */
export async function insertInbound(tx: Tx, inbound: NewInbound): Promise<string | null> {
  const row = await tx
    .insertInto('inbound_messages')
    .values({
      id: newId(inbound.at.getTime()),
      workspace_id: inbound.workspaceId,
      app_id: inbound.appId,
      provider_id: inbound.providerId,
      sender: inbound.sender,
      recipient: inbound.recipient,
      text: inbound.text,
      kind: inbound.kind,
      subscription_id: null,
      user_id: null,
      at: inbound.at,
    })
    .onConflict((conflict) => conflict.columns(['app_id', 'provider_id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id ?? null
}

export async function linkInbound(
  tx: Tx,
  id: string,
  { subscriptionId, userId }: { subscriptionId: string | null; userId: string | null },
): Promise<void> {
  await tx
    .updateTable('inbound_messages')
    .set({ subscription_id: subscriptionId, user_id: userId })
    .where('id', '=', id)
    .execute()
}

/** Whose number it is in an app, without making it anybody's. */
export async function findHolder(
  db: Db | Tx,
  { appId, number }: { appId: string; number: string },
): Promise<{ subscriptionId: string; userId: string | null } | undefined> {
  const row = await db
    .selectFrom('subscriptions')
    .select(['id', 'user_id'])
    .where('app_id', '=', appId)
    .where('platform', '=', 'sms')
    .where('token', '=', number)
    .orderBy('user_id', (order) => order.asc().nullsLast())
    .limit(1)
    .executeTakeFirst()
  return row && { subscriptionId: row.id, userId: row.user_id }
}

/** How often this number has asked for the same since then. */
export async function countInbound(
  tx: Tx,
  { appId, sender, kind, since }: { appId: string; sender: string; kind: InboundKind; since: Date },
): Promise<number> {
  const { n } = await tx
    .selectFrom('inbound_messages')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('app_id', '=', appId)
    .where('sender', '=', sender)
    .where('kind', '=', kind)
    .where('at', '>', since)
    .executeTakeFirstOrThrow()
  return Number(n)
}

export async function readInbound(
  db: Db,
  workspaceId: string,
  filter: { appId?: string; userId?: string; kind?: InboundKind; before?: string; limit: number },
) {
  let query = db
    .selectFrom('inbound_messages')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('id', 'desc')
    .limit(filter.limit)
  if (filter.appId) query = query.where('app_id', '=', filter.appId)
  if (filter.userId) query = query.where('user_id', '=', filter.userId)
  if (filter.kind) query = query.where('kind', '=', filter.kind)
  if (filter.before) query = query.where('id', '<', filter.before)
  return query.execute()
}
