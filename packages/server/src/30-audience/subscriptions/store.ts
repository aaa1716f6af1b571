import type { Environment, Platform, SubscriptionStatus } from '@carillon/contract'
import { type Selectable, sql, type Updateable } from 'kysely'
import type { Db, Tables, Tx } from '../../00-kernel/index.ts'
import { keyOfUser } from '../reconciliation-value.ts'
import type { Settings } from '../settings/settings.ts'

export type SubscriptionRow = Selectable<Tables['subscriptions']>

export async function findSubscription(
  db: Db | Tx,
  workspaceId: string,
  id: string,
): Promise<SubscriptionRow | undefined> {
  return db
    .selectFrom('subscriptions')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function lockSubscription(
  tx: Tx,
  workspaceId: string,
  id: string,
): Promise<SubscriptionRow | undefined> {
  return tx
    .selectFrom('subscriptions')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

export interface SubscriptionFilter {
  appId?: string
  userId?: string
  platform?: Platform
  status?: SubscriptionStatus
  before?: string
  limit: number
}

/** Newest first: ids grow with time. */
export async function readSubscriptions(
  db: Db | Tx,
  workspaceId: string,
  { appId, userId, platform, status, before, limit }: SubscriptionFilter,
): Promise<SubscriptionRow[]> {
  let query = db
    .selectFrom('subscriptions')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('id', 'desc')
    .limit(limit)
  if (appId) query = query.where('app_id', '=', appId)
  if (userId) query = query.where('user_id', '=', userId)
  if (platform) query = query.where('platform', '=', platform)
  if (status) query = query.where('status', '=', status)
  if (before) query = query.where('id', '<', before)
  return query.execute()
}

/**
 * The rows of an app's platform that hold one of the tokens or devices, locked in the order that everybody locks
 * them. A row that was changed while we waited for it is given as it is now.
 */
export async function lockSameDevices(
  tx: Tx,
  places: {
    appId: string
    platform: Platform
    tokenHashes: readonly Buffer[]
    deviceIds: readonly string[]
  },
): Promise<SubscriptionRow[]> {
  return tx
    .selectFrom('subscriptions')
    .selectAll()
    .where('app_id', '=', places.appId)
    .where('platform', '=', places.platform)
    .where((eb) =>
      eb.or([
        eb('token_hash', '=', sql<Buffer>`any(${places.tokenHashes}::bytea[])`),
        ...(places.deviceIds.length === 0
          ? []
          : [eb('device_id', '=', sql<string>`any(${places.deviceIds}::text[])`)]),
      ]),
    )
    .orderBy('id')
    .forUpdate()
    .execute()
}

export async function isDeviceTaken(
  db: Db | Tx,
  { id, app_id, platform }: SubscriptionRow,
  deviceId: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('subscriptions')
    .select('id')
    .where('app_id', '=', app_id)
    .where('platform', '=', platform)
    .where('device_id', '=', deviceId)
    .where('id', '<>', id)
    .executeTakeFirst()
  return row !== undefined
}

/** All that a registration decides. */
export type DeviceRow = Omit<
  SubscriptionRow,
  'workspace_id' | 'status' | 'status_reason' | 'status_at' | 'created_at'
>

const deviceColumns = sql`id, app_id, platform, environment, token, token_hash, target, keys, device_id, device_name,
  user_id, reconciliation_value, permission, locale, timezone, app_version, registered_at`

function deviceRows(devices: readonly DeviceRow[]) {
  const list = devices.map((device) => ({ ...device, token_hash: `\\x${device.token_hash.toString('hex')}` }))
  return sql`select ${deviceColumns} from jsonb_populate_recordset(null::subscriptions, ${JSON.stringify(list)}::jsonb)`
}

export async function insertDevices(
  tx: Tx,
  workspaceId: string,
  devices: readonly DeviceRow[],
): Promise<void> {
  if (devices.length === 0) return
  await sql`insert into subscriptions (workspace_id, ${deviceColumns})
    select ${workspaceId}::uuid, d.* from (${deviceRows(devices)}) d`.execute(tx)
}

/** A device that registers is active again, whatever it was. */
export async function updateDevices(tx: Tx, devices: readonly DeviceRow[]): Promise<void> {
  if (devices.length === 0) return
  await sql`update subscriptions s
    set environment = d.environment, token = d.token, token_hash = d.token_hash, target = d.target, keys = d.keys,
      device_id = d.device_id, device_name = d.device_name, user_id = d.user_id,
      reconciliation_value = d.reconciliation_value, permission = d.permission, locale = d.locale,
      timezone = d.timezone, app_version = d.app_version, registered_at = d.registered_at,
      status = 'active', status_reason = null, status_at = null
    from (${deviceRows(devices)}) d where s.id = d.id`.execute(tx)
}

export async function updateSubscription(
  tx: Tx,
  id: string,
  change: Updateable<Tables['subscriptions']>,
): Promise<SubscriptionRow> {
  return tx
    .updateTable('subscriptions')
    .set(change)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function deleteSubscriptions(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`delete from subscriptions where id = any(${ids}::uuid[])`.execute(tx)
}

export async function deleteSubscriptionsOfUser(tx: Tx, workspaceId: string, userId: string): Promise<void> {
  await tx
    .deleteFrom('subscriptions')
    .where('workspace_id', '=', workspaceId)
    .where('user_id', '=', userId)
    .execute()
}

/** Per value that somebody has: how many, and one of them. */
function matchesOf(workspaceId: string, key: ReturnType<typeof keyOfUser>, values: ReturnType<typeof sql>) {
  return sql`select ${key} as value, count(*) as n, (array_agg(u.id))[1] as user_id from users u
    where u.workspace_id = ${workspaceId} and ${key} in (${values}) group by 1`
}

/** Gives every subscription with one of the values the one user who has it, or nobody. */
export async function relinkByValue(
  tx: Tx,
  workspaceId: string,
  settings: Settings,
  values: readonly string[],
): Promise<void> {
  if (values.length === 0) return
  const given = sql`select unnest(${values}::text[])`
  await sql`with matches as (${matchesOf(workspaceId, keyOfUser(settings), given)})
    update subscriptions s set user_id = target.user_id
    from (
      select v.value, case when m.n = 1 then m.user_id end as user_id
      from unnest(${values}::text[]) as v(value) left join matches m on m.value = v.value
    ) target
    where s.workspace_id = ${workspaceId} and s.reconciliation_value = target.value
      and s.user_id is distinct from target.user_id`.execute(tx)
}

export interface Relinked {
  last: string | null
  count: number
  matched: number
  unmatched: number
  ambiguous: number
  changed: number
}

/**
 * Links the next `limit` subscriptions anew and counts. Those without a reconciliation value were linked by
 * name, if at all, and stay as they are. `dryRun` counts only.
 */
export async function relinkChunk(
  tx: Tx,
  workspaceId: string,
  {
    key,
    after,
    limit,
    dryRun,
  }: {
    key: ReturnType<typeof keyOfUser>
    after: string
    limit: number | null
    dryRun: boolean
  },
): Promise<Relinked> {
  const { rows } = await sql<Relinked>`
    with chunk as materialized (
      select id, user_id, reconciliation_value as value from subscriptions
      where workspace_id = ${workspaceId} and id > ${after}::uuid
      order by id limit ${limit}::int
    ), matches as materialized (
      ${matchesOf(workspaceId, key, sql`select value from chunk`)}
    ), target as materialized (
      select c.id, c.user_id as before, coalesce(m.n, 0) as n, case when m.n = 1 then m.user_id end as user_id
      from chunk c left join matches m on m.value = c.value
      where c.value is not null
    ), changed as (
      update subscriptions s set user_id = target.user_id from target
      where not ${dryRun}::boolean and s.id = target.id and target.before is distinct from target.user_id
        -- Says nothing new, but lets the range be read by its index instead of the whole table.
        and s.workspace_id = ${workspaceId} and s.id > ${after}::uuid
        and s.id <= (select id from chunk order by id desc limit 1)
    )
    select (select max(id::text) from chunk) as last, (select count(*) from chunk) as count,
      count(*) filter (where n = 1) as matched,
      count(*) filter (where n = 0) as unmatched,
      count(*) filter (where n > 1) as ambiguous,
      count(*) filter (where before is distinct from user_id) as changed
    from target`.execute(tx)
  const [row] = rows
  if (!row) throw new Error('An aggregate gave no row.')
  return row
}

/** A provider's "this token is dead", as dispatch saw it. */
export interface DeadToken {
  subscriptionId: string
  /** SHA-256 of the token that was sent to. */
  tokenHash: Buffer
  /** APNs says since when. */
  invalidSinceMs?: number
  sentAtMs: number
  /** The provider's own code. */
  code: string
}

/**
 * Retires the tokens that are still the ones that failed and were not registered again since; gives the ids of
 * those. A row that somebody holds at this moment is being registered or changed and is passed over: a token
 * that is really dead will say so again.
 */
export async function retireSubscriptions(tx: Tx, dead: readonly DeadToken[]): Promise<string[]> {
  return condemn(tx, dead, { to: 'retired', from: ['active', 'suspect'] })
}

/** The same, held for review: the mass-retire guard found too many at once. */
export async function suspectSubscriptions(tx: Tx, dead: readonly DeadToken[]): Promise<string[]> {
  return condemn(tx, dead, { to: 'suspect', from: ['active'] })
}

/** The person told the provider to stop. An address that somebody has switched on again since stays so. */
export async function unsubscribeSubscriptions(tx: Tx, optedOut: readonly DeadToken[]): Promise<string[]> {
  return condemn(tx, optedOut, { to: 'unsubscribed', from: ['active', 'suspect'] })
}

/** The person told us to stop: that holds whatever else becomes of the address. */
export async function unsubscribeAddress(tx: Tx, id: string, reason: string, now: Date): Promise<void> {
  await sql`
    update subscriptions set status = 'unsubscribed', status_reason = ${reason}, status_at = ${now}
    where id = ${id} and status <> 'unsubscribed'`.execute(tx)
}

async function condemn(
  tx: Tx,
  dead: readonly DeadToken[],
  { to, from }: { to: SubscriptionStatus; from: SubscriptionStatus[] },
): Promise<string[]> {
  if (dead.length === 0) return []
  const list = dead.map(({ subscriptionId, tokenHash, invalidSinceMs, sentAtMs, code }) => ({
    id: subscriptionId,
    hash: tokenHash.toString('hex'),
    before: new Date(Math.min(sentAtMs, invalidSinceMs ?? sentAtMs)).toISOString(),
    code,
  }))
  const { rows } = await sql<{ id: string }>`
    with held as (
      select s.id, d.code from subscriptions s
      join jsonb_to_recordset(${JSON.stringify(list)}::jsonb) as d(id uuid, hash text, before timestamptz, code text)
        on s.id = d.id and s.token_hash = decode(d.hash, 'hex') and s.registered_at < d.before
      where s.status = any(${from}::text[])
      for update of s skip locked
    )
    update subscriptions s set status = ${to}, status_reason = held.code, status_at = now()
    from held where s.id = held.id
    returning s.id`.execute(tx)
  return rows.map(({ id }) => id)
}

/** Takes back what was retired since then in one lane, for review. Gives how many. */
export async function suspectRecentlyRetired(
  tx: Tx,
  {
    appId,
    platform,
    environment,
    since,
  }: { appId: string; platform: Platform; environment: Environment; since: Date },
): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('subscriptions')
    .set({ status: 'suspect', status_at: sql<Date>`now()` })
    .where('app_id', '=', appId)
    .where('platform', '=', platform)
    .where('environment', '=', environment)
    .where('status', '=', 'retired')
    .where('status_at', '>=', since)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Decides over all suspects of an app: they retire with the reason they had, or are active again. */
export async function decideSuspects(
  tx: Tx,
  appId: string,
  { platform, decision }: { platform?: Platform; decision: 'retire' | 'restore' },
): Promise<number> {
  let query = tx
    .updateTable('subscriptions')
    .set(
      decision === 'retire'
        ? { status: 'retired', status_at: sql<Date>`now()` }
        : { status: 'active', status_reason: null, status_at: null },
    )
    .where('app_id', '=', appId)
    .where('status', '=', 'suspect')
  if (platform) query = query.where('platform', '=', platform)
  const { numUpdatedRows } = await query.executeTakeFirst()
  return Number(numUpdatedRows)
}

/** The other environment took the token: it belongs there, if it is still the same token. */
export async function relabelEnvironment(
  tx: Tx,
  labels: readonly { subscriptionId: string; tokenHash: Buffer; environment: Environment }[],
): Promise<void> {
  if (labels.length === 0) return
  const list = labels.map(({ subscriptionId, tokenHash, environment }) => ({
    id: subscriptionId,
    hash: tokenHash.toString('hex'),
    environment,
  }))
  await sql`
    with held as (
      select s.id, l.environment from subscriptions s
      join jsonb_to_recordset(${JSON.stringify(list)}::jsonb) as l(id uuid, hash text, environment text)
        on s.id = l.id and s.token_hash = decode(l.hash, 'hex')
      for update of s skip locked
    )
    update subscriptions s set environment = held.environment from held where s.id = held.id`.execute(tx)
}
