import type { Audience, Environment, Platform } from '@carillon/contract'
import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { segmentPredicate, usersBy } from '../../30-audience/index.ts'
import { isDueInRound, type Round } from './campaign-members.ts'
import { isLeftTo, type KeptAudience } from './sharing.ts'

/** One line of a walk: a person's device, a person without one, or a device meant for itself. */
export interface Candidate {
  subscription_id: string | null
  user_id: string | null
  platform: Platform | null
  environment: Environment | null
  /** Who holds the device, also where it is meant for itself: people are divided, not their devices. */
  owner_id: string | null
  /** The person's, else the device's. */
  zone: string | null
}

/** Where a walk goes on: the highest key seen, and the newest key that existed when it began. */
export interface WalkPosition {
  after?: string
  upTo?: string
}

interface Whom {
  workspaceId: string
  appId: string
  /** What carries the message: only subscriptions of these are met. */
  platforms: readonly Platform[]
  to: KeptAudience
  now: Date
  /** Only people whom this message of a campaign has not met in this round, and who have a device for it. */
  round?: Round
}

interface Walk extends Whom {
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
  { stepKeys, ...whom }: Walk,
  position: WalkPosition,
): Promise<{ candidates: readonly Candidate[]; next: WalkPosition | null }> {
  const { keys, linesOf } = await plan(db, whom)
  const upTo = position.upTo ?? newestKey(whom.now)
  const after = position.after ?? zeroId
  const { rows: window } = await sql<{ last: string | null; n: number }>`
    select max(id::text) as last, count(*) as n from (
      select id from ${keys} and id > ${after}::uuid and id <= ${upTo}::uuid order by id limit ${stepKeys}) as k`.execute(
    db,
  )
  const last = window[0]?.last
  if (!last) return { candidates: [], next: null }
  const range = sql`id > ${after}::uuid and id <= ${last}::uuid`
  const { rows: candidates } = await sql<Candidate>`
    select * from (${linesOf({ range, join: oneByOne })}) as line order by user_id, subscription_id`.execute(
    db,
  )
  return { candidates, next: (window[0]?.n ?? 0) < stepKeys ? null : { after: last, upTo } }
}

/** How many lines a walk would have now. */
export async function estimateAudience(db: Tx | Db, whom: Whom): Promise<number> {
  const { linesOf } = await plan(db, whom)
  const { rows } = await sql<{
    n: number
  }>`select count(*) as n from (${linesOf({ range: sql`true`, join: allAtOnce })}) as line`.execute(db)
  return rows[0]?.n ?? 0
}

/** The keys that lines are wanted for, and how what belongs to them is found. */
interface Part {
  range: RawBuilder<unknown>
  join: RawBuilder<unknown>
}

/**
 * The keys of a step are few, but no planner knows how few: each is looked up by itself, so that neither a whole
 * table is read for them nor, where statistics are old, all their devices for every one.
 */
const oneByOne = sql`offset 0`
const allAtOnce = sql``

interface Plan {
  /** Where the keys stand, from a table's name up to an open condition. */
  keys: RawBuilder<unknown>
  /** The lines for a range of keys. */
  linesOf: (part: Part) => RawBuilder<Candidate>
}

async function plan(db: Db | Tx, whom: Whom): Promise<Plan> {
  const { workspaceId, appId, platforms, to, now, round } = whom
  const meant = await segmentsOf(db, workspaceId, to, now)
  if (to.all || to.subscription_ids) return planDevices(whom, meant)
  const by = to.users_by ? await usersBy(db, workspaceId, to.users_by) : null
  const called = by ? sql`${by.matches} and ${meant}` : meant
  const left = to.sharing ? sql`${called} and ${isLeftTo(whom, to.sharing)}` : called
  const matches = round ? sql`${left} and ${isDueInRound(whom, round)}` : left
  const ids = to.user_ids ? sql`${to.user_ids}::uuid[]` : by?.ids ? sql`array(${by.ids})` : null
  const keys = sql`users where workspace_id = ${workspaceId} ${ids ? sql`and id = any(${ids})` : sql``}`
  return { keys, linesOf: (part) => personLines({ ...part, keys, appId, platforms, matches }) }
}

/**
 * Whether the segments of an audience let `u` in; without any, they do. Those that include and those that exclude
 * are compiled together, because what one statement can hold is counted over all of them.
 */
async function segmentsOf(
  db: Db | Tx,
  workspaceId: string,
  { segment_ids: include, exclude_segment_ids: exclude = [] }: Audience,
  now: Date,
): Promise<RawBuilder<unknown>> {
  if (include) return segmentPredicate(db, workspaceId, { include, exclude }, now)
  if (exclude.length === 0) return sql`true`
  return sql`not ${await segmentPredicate(db, workspaceId, { include: exclude, exclude: [] }, now)}`
}

/** A device that nobody has signed in on is in no segment, so no exclusion leaves it out. */
function planDevices({ appId, platforms, to }: Whom, meant: RawBuilder<unknown>): Plan {
  const ids = to.subscription_ids
  const keys = sql`subscriptions where app_id = ${appId} and platform = any(${platforms}::text[]) ${ids ? sql`and id = any(${ids}::uuid[])` : sql``}`
  return {
    keys,
    linesOf: ({ range, join }) => sql`
      select s.id as subscription_id, null::uuid as user_id, s.platform, s.environment, u.id as owner_id,
        coalesce(u.timezone, s.timezone) as zone
      from (select * from ${keys} and ${range}) as s
      left join lateral (select * from users where id = s.user_id ${join}) as u on true
      where u.id is null or ${meant}`,
  }
}

function personLines({
  keys,
  range,
  join,
  appId,
  platforms,
  matches,
}: Part & {
  keys: RawBuilder<unknown>
  appId: string
  platforms: readonly Platform[]
  matches: RawBuilder<unknown>
}): RawBuilder<Candidate> {
  return sql`
    select s.id as subscription_id, u.id as user_id, s.platform, s.environment, u.id as owner_id,
      coalesce(u.timezone, s.timezone) as zone
    from (select * from ${keys} and ${range}) as u
    left join lateral (select * from subscriptions where user_id = u.id and app_id = ${appId}
      and platform = any(${platforms}::text[]) ${join}) as s on true
    where ${matches}`
}

/** The largest UUIDv7 of this millisecond. */
function newestKey(now: Date): string {
  const hex = now.getTime().toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7fff-bfff-ffffffffffff`
}
