import type { Json, SubscriptionStatus } from '@carillon/contract'
import { sql } from 'kysely'
import { type Db, lockNumber, type Tx } from '../00-kernel/index.ts'

/** A pass that has a version. */
export interface PassRow {
  id: string
  workspace_id: string
  app_id: string
  app_name: string
  user_id: string | null
  serial: string
  status: SubscriptionStatus
  pass_type_id: string
  content: Record<string, Json>
  message_id: string | null
  /** The delivery that made this version. */
  delivery_id: string
  tag: number
  changed_at: Date
  created_at: Date
  devices: number
}

const columns = sql`s.id, s.workspace_id, s.app_id, a.name as app_name, s.user_id, p.serial, s.status, p.pass_type_id,
  p.content, p.delivery_ids[1] as delivery_id, p.tag, p.changed_at, p.created_at,
  -- A delivery id begins with the number of its message.
  (select m.id from messages m
    where m.seq = ('x' || left(replace(p.delivery_ids[1]::text, '-', ''), 12))::bit(48)::bigint) as message_id,
  (select count(*) from pass_registrations r
    where r.subscription_id = p.subscription_id and r.pass_type_id = p.pass_type_id) as devices`
const tables = sql`passes p join subscriptions s on s.id = p.subscription_id join apps a on a.id = s.app_id`

/** None before its first version. */
export async function findPassBySerial(db: Db | Tx, serial: string): Promise<PassRow | undefined> {
  const { rows } = await sql<PassRow>`
    select ${columns} from ${tables} where p.serial = ${serial} and p.content is not null`.execute(db)
  return rows[0]
}

/** The serial numbers of these people's passes in the app; of those alone whose pass has a version. */
export async function readSerials(
  db: Db,
  appId: string,
  userIds: readonly string[],
): Promise<Map<string, string>> {
  if (userIds.length === 0) return new Map()
  const { rows } = await sql<{ user_id: string; serial: string }>`
    select s.user_id, p.serial from subscriptions s join passes p on p.subscription_id = s.id
    where s.user_id = any(${userIds}::uuid[]) and s.app_id = ${appId}::uuid and s.platform = 'wallet'
      and p.content is not null`.execute(db)
  return new Map(rows.map(({ user_id, serial }) => [user_id, serial]))
}

export async function readPasses(
  db: Db | Tx,
  workspaceId: string,
  where: { id?: string; appId?: string; userId?: string; before?: string; limit: number },
): Promise<PassRow[]> {
  const { rows } = await sql<PassRow>`
    select ${columns} from ${tables}
    where s.workspace_id = ${workspaceId}::uuid and s.platform = 'wallet' and p.content is not null
      ${where.id ? sql`and s.id = ${where.id}::uuid` : sql``}
      ${where.appId ? sql`and s.app_id = ${where.appId}::uuid` : sql``}
      ${where.userId ? sql`and s.user_id = ${where.userId}::uuid` : sql``}
      ${where.before ? sql`and s.id < ${where.before}::uuid` : sql``}
    order by s.id desc limit ${where.limit}`.execute(db)
  return rows
}

/** Passes without a version yet, for subscriptions that were just made. */
export async function insertPasses(
  tx: Tx,
  made: readonly { id: string; token: string }[],
  now: Date,
): Promise<void> {
  if (made.length === 0) return
  const rows = made.map(({ id, token }) => ({ subscription_id: id, serial: token, created_at: now }))
  await tx.insertInto('passes').values(rows).execute()
}

/** True when the device did not have the pass yet. However often it asks, there is one registration. */
export async function registerDevice(
  tx: Tx,
  {
    subscriptionId,
    deviceId,
    passTypeId,
    pushToken,
    now,
  }: { subscriptionId: string; deviceId: string; passTypeId: string; pushToken: string; now: Date },
): Promise<boolean> {
  await lockTags(tx, passTypeId)
  // `xmax` is 0 in a row that this statement has inserted.
  const { rows } = await sql<{ is_new: boolean }>`
    insert into pass_registrations as r (device_id, subscription_id, pass_type_id, push_token, tag, registered_at)
    values (${deviceId}, ${subscriptionId}::uuid, ${passTypeId}, ${pushToken}, nextval('pass_tags'), ${now}::timestamptz)
    on conflict (subscription_id, device_id) do update set pass_type_id = excluded.pass_type_id,
      push_token = excluded.push_token, registered_at = excluded.registered_at
    returning (xmax = 0) as is_new`.execute(tx)
  return rows[0]?.is_new ?? false
}

export async function unregisterDevice(
  tx: Tx,
  { subscriptionId, deviceId }: { subscriptionId: string; deviceId: string },
): Promise<void> {
  await tx
    .deleteFrom('pass_registrations')
    .where('subscription_id', '=', subscriptionId)
    .where('device_id', '=', deviceId)
    .execute()
}

/** Held until the commit: tags become visible in their order, so that nobody who goes on from one skips another. */
export async function lockTags(tx: Tx, passTypeId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${lockNumber('pass tags', passTypeId)}::bigint)`.execute(tx)
}

/** The passes of a device that changed, or that it registered, after a tag, and the highest tag among them. */
export async function readChanged(
  db: Db,
  { deviceId, passTypeId, since }: { deviceId: string; passTypeId: string; since: bigint },
): Promise<{ serials: string[]; tag: number | null }> {
  const { rows } = await sql<{ serial: string; tag: number }>`
    select p.serial, greatest(p.tag, r.tag) as tag from pass_registrations r join passes p on p.subscription_id = r.subscription_id
    where r.device_id = ${deviceId} and r.pass_type_id = ${passTypeId} and p.pass_type_id = ${passTypeId}
      and greatest(p.tag, r.tag) > ${since.toString()}::bigint
    order by 2`.execute(db)
  return { serials: rows.map(({ serial }) => serial), tag: rows.at(-1)?.tag ?? null }
}

export interface ImageRow {
  id: string
  png: Buffer
  width: number
  height: number
}

/** The same bytes are one image of a workspace. */
export async function insertImage(
  tx: Tx,
  workspaceId: string,
  { sha256, ...image }: ImageRow & { sha256: Buffer },
): Promise<{ id: string; isNew: boolean }> {
  const made = await tx
    .insertInto('pass_images')
    .values({ ...image, workspace_id: workspaceId, sha256 })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'sha256']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made) return { id: made.id, isNew: true }
  const { id } = await tx
    .selectFrom('pass_images')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('sha256', '=', sha256)
    .executeTakeFirstOrThrow()
  return { id, isNew: false }
}

export async function findImages(
  db: Db | Tx,
  workspaceId: string,
  ids: readonly string[],
): Promise<ImageRow[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<ImageRow>`
    select id, png, width, height from pass_images
    where workspace_id = ${workspaceId}::uuid and id = any(${ids}::uuid[])`.execute(db)
  // The embedded database gives plain bytes.
  return rows.map((row) => ({ ...row, png: Buffer.from(row.png) }))
}
