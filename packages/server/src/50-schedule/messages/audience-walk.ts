import type { Audience, Environment, Platform } from '@carillon/contract'
import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { segmentPredicate } from '../../30-audience/index.ts'

/** One line of a walk: a person's device, a person without one, or a device meant for itself. */
export interface Candidate {
  subscription_id: string | null
  user_id: string | null
  platform: Platform | null
  environment: Environment | null
}

/** Where a walk goes on: the highest key seen, and the newest key that existed when it began. */
export interface WalkPosition {
  after?: string
  upTo?: string
}

interface Walk {
  workspaceId: string
  appId: string
  to: Audience
  now: Date
  /** Keys looked at in one step. */
  stepKeys: number
}

const zeroId = '00000000-0000-0000-0000-000000000000'

/**
 * One step through an audience in the order of immutable keys, so that nobody is met twice however the
 * audience changes meanwhile. Keys are time-ordered: whoever came after the walk began is not met at all.
 */
export async function walkAudience(
  db: Db | Tx,
  { workspaceId, appId, to, now, stepKeys }: Walk,
  position: WalkPosition,
): Promise<{ candidates: readonly Candidate[]; next: WalkPosition | null }> {
  const isDevices = to.all !== undefined || to.subscription_ids !== undefined
  const upTo = position.upTo ?? newestKey(now)
  const after = position.after ?? zeroId
  const keys = isDevices ? deviceKeys(appId, to) : personKeys(workspaceId, to)
  const { rows: window } = await sql<{ last: string | null; n: number }>`
    select max(id::text) as last, count(*) as n from (
      select id from ${keys} and id > ${after}::uuid and id <= ${upTo}::uuid order by id limit ${stepKeys}) as k`.execute(
    db,
  )
  const last = window[0]?.last
  if (!last) return { candidates: [], next: null }
  const range = sql`id > ${after}::uuid and id <= ${last}::uuid`
  const query = isDevices
    ? devices(keys, range)
    : persons({ keys, range, appId, matches: await personPredicate(db, workspaceId, to, now) })
  const { rows: candidates } = await query.execute(db)
  return { candidates, next: (window[0]?.n ?? 0) < stepKeys ? null : { after: last, upTo } }
}

/** How many lines a walk would have now. */
export async function estimateAudience(
  tx: Tx | Db,
  workspaceId: string,
  appId: string,
  to: Audience,
  now: Date,
): Promise<number> {
  const isDevices = to.all !== undefined || to.subscription_ids !== undefined
  const query = isDevices
    ? sql<{ n: number }>`select count(*) as n from ${deviceKeys(appId, to)}`
    : sql<{ n: number }>`
        select count(*) as n from (select id from ${personKeys(workspaceId, to)}) as k
        join users u on u.id = k.id
        left join subscriptions s on s.user_id = u.id and s.app_id = ${appId}
        where ${await personPredicate(tx, workspaceId, to, now)}`
  const { rows } = await query.execute(tx)
  return rows[0]?.n ?? 0
}

function deviceKeys(appId: string, { subscription_ids }: Audience): RawBuilder<unknown> {
  return subscription_ids
    ? sql`subscriptions where app_id = ${appId} and id = any(${subscription_ids}::uuid[])`
    : sql`subscriptions where app_id = ${appId}`
}

function personKeys(workspaceId: string, { user_ids }: Audience): RawBuilder<unknown> {
  return user_ids
    ? sql`users where workspace_id = ${workspaceId} and id = any(${user_ids}::uuid[])`
    : sql`users where workspace_id = ${workspaceId}`
}

async function personPredicate(
  tx: Tx | Db,
  workspaceId: string,
  to: Audience,
  now: Date,
): Promise<RawBuilder<unknown>> {
  const excluded = to.exclude_segment_ids ?? []
  const notExcluded =
    excluded.length > 0
      ? sql`not ${await segmentPredicate(tx, workspaceId, { include: excluded, exclude: [] }, now)}`
      : sql`true`
  if (to.segment_ids)
    return sql`${await segmentPredicate(tx, workspaceId, { include: to.segment_ids, exclude: [] }, now)} and ${notExcluded}`
  if (to.users_by) return sql`${usersBy(workspaceId, to.users_by)} and ${notExcluded}`
  return notExcluded
}

/** An attribute in its text form, or an identifier. The reconciliation key has an index, in its normal form. */
function usersBy(
  workspaceId: string,
  { attribute, values }: { attribute: string; values: readonly string[] },
): RawBuilder<unknown> {
  return sql`(u.attributes ->> ${attribute} = any(${values}::text[])
    or u.id in (select user_id from user_identifiers
      where workspace_id = ${workspaceId} and name = ${attribute} and value = any(${values}::text[])))`
}

function devices(keys: RawBuilder<unknown>, range: RawBuilder<unknown>): RawBuilder<Candidate> {
  return sql`
    select id as subscription_id, null::uuid as user_id, platform, environment
    from ${keys} and ${range} order by id`
}

function persons({
  keys,
  range,
  appId,
  matches,
}: {
  keys: RawBuilder<unknown>
  range: RawBuilder<unknown>
  appId: string
  matches: RawBuilder<unknown>
}): RawBuilder<Candidate> {
  return sql`
    select s.id as subscription_id, u.id as user_id, s.platform, s.environment
    from (select id from ${keys} and ${range}) as k
    join users u on u.id = k.id
    left join subscriptions s on s.user_id = u.id and s.app_id = ${appId}
    where ${matches}
    order by u.id, s.id`
}

/** The largest UUIDv7 of this millisecond. */
function newestKey(now: Date): string {
  const hex = now.getTime().toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7fff-bfff-ffffffffffff`
}
