import { sql } from 'kysely'
import type { Db, Tx } from '../00-kernel/index.ts'
import { type BatchRow, waitingArm } from '../50-schedule/index.ts'
import type { Ending, WindowResult } from './window.ts'

/** Recipients that may be on the wire for one batch: what a crash may repeat. */
export const windowSize = 250

/** A lane that was refused last time gets one request before it gets many. */
const probeSize = 1

/** Keeps workers that record for one message apart. */
const countShards = 16

/** How long a round of the mass-retire guard lasts. */
const roundMs = 3_600_000

/** What may have changed since the batch was frozen, read with the message held against cancel and pause. */
export interface Standing {
  cancelled_at: Date | null
  paused_at: Date | null
  expires_at: Date
  app_status: 'published' | 'unpublished'
  revision: string | null
  /** Of the workspace's rules; they are read anew when it grows. */
  rules_revision: number
  blocked_until: Date | null
  block_reason: string | null
  blocks: number
}

/** The lane's answers in the present round of the mass-retire guard. */
export interface Round {
  answers: number
  accepted: number
  dead: number
  startedAt: Date
}

export interface Step {
  standing: Standing
  /** Size of the window that is open now; 0 ends the work on this batch. */
  inFlight: number
  /** The lease had run out: nothing was written. */
  isLost: boolean
  /** Null when nothing was answered. */
  round: Round | null
}

export interface Checkpoint {
  /** Entries after the present checkpoint that `result` is about. */
  sent: number
  now: Date
  leaseMs: number
  /** The process is stopping: no further window. */
  isStopping: boolean
  /** Recipients that the next window may hold, of a message with a pace. */
  most?: number
}

/**
 * Records a window, moves the batch's checkpoint past it and opens the next, all in one statement: the embedded
 * database serves nobody else while a transaction travels back and forth between threads, and PostgreSQL is
 * spared seven round trips. Holds the message's row so that cancel and pause order themselves before or after.
 */
export async function writeCheckpoint(
  db: Db | Tx,
  batch: BatchRow,
  result: WindowResult,
  to: Checkpoint,
): Promise<Step> {
  const { rows } = await sql<Row>`
    with standing as materialized (${standingOf(batch, to)}),
    next as (select standing.*, ${nextSize(batch, result, to)} as in_flight from standing),
    moved as (${moveBatch(batch, result, to)}),
    started as (
      update messages set started_at = ${to.now} from next, moved
      where seq = ${batch.message_seq} and started_at is null and next.in_flight > 0
    ),
    delivered as (${insertDeliveries(batch, result.endings, to.now)}),
    counted as (${addCounts(batch, result.endings)}),
    ${batch.variant === null ? sql`` : sql`varied as (${addVariantCounts(batch, result.endings)}),`}
    laned as (${updateLane(batch, result, to.now)})
    select next.*, exists (select from moved) as moved, laned.* from next left join laned on true`.execute(db)
  const [row] = rows
  if (!row) throw new Error(`Message ${batch.message_seq} has batches but no row.`)
  const {
    in_flight,
    moved,
    round_answers: answers,
    round_accepted,
    round_dead,
    round_started_at,
    ...standing
  } = row
  const round =
    answers === null
      ? null
      : { answers, accepted: round_accepted, dead: round_dead, startedAt: round_started_at }
  return { standing, inFlight: moved ? in_flight : 0, isLost: !moved, round }
}

type Row = Standing & {
  in_flight: number
  moved: boolean
  round_answers: number | null
  round_accepted: number
  round_dead: number
  round_started_at: Date
}

/**
 * The first window of a batch may mark the message as started, so it takes the stronger lock at once: two batches
 * that both held it shared would wait for each other.
 */
function standingOf({ message_seq, platform, environment }: BatchRow, { sent }: Checkpoint) {
  return sql`
    select m.cancelled_at, m.paused_at, m.expires_at, a.status as app_status, c.revision, w.rules_revision,
      case when c.revision <> l.blocked_revision then null else l.blocked_until end as blocked_until,
      l.block_reason, coalesce(l.blocks, 0) as blocks
    from messages m join apps a on a.id = m.app_id join workspaces w on w.id = m.workspace_id
    left join credentials c on c.app_id = m.app_id and c.platform = ${platform}
    left join lanes l on l.app_id = m.app_id and l.platform = ${platform} and l.environment = ${environment}
    where m.seq = ${message_seq}
    ${sent === 0 ? sql`for no key update of m` : sql`for share of m`}`
}

function nextSize(
  batch: BatchRow,
  { block, round }: WindowResult,
  { sent, now, isStopping, most = windowSize }: Checkpoint,
) {
  const left = batch.size - batch.done - sent
  return sql<number>`case
    when cancelled_at is not null or expires_at <= ${now} then ${Math.min(left, windowSize)}::int
    when paused_at is not null or blocked_until > ${now} or ${block !== null || isStopping || batch.variant === waitingArm} then 0
    when blocks > 0 and ${round.accepted === 0} then ${Math.min(left, probeSize, most)}::int
    else ${Math.min(left, windowSize, most)}::int end`
}

function moveBatch(batch: BatchRow, { block }: WindowResult, { sent, now, leaseMs }: Checkpoint) {
  const done = batch.done + sent
  const isClosed = done >= batch.size
  return sql`
    update batches b set done = ${done}, in_flight = next.in_flight,
      lease_until = case when next.in_flight > 0 then ${new Date(now.getTime() + leaseMs)}::timestamptz end,
      due_at = coalesce(${block?.reason === 'throttled' ? block.until : null}::timestamptz, due_at)
      ${isClosed ? sql`, closed_at = ${now}, ordinals = '{}', subscription_ids = '{}', user_ids = '{}'` : sql``}
    from next
    where b.id = ${batch.id} and b.fence = ${batch.fence} and b.closed_at is null
    returning b.id`
}

function insertDeliveries(
  { message_seq, platform, variant }: BatchRow,
  endings: readonly Ending[],
  now: Date,
) {
  const column = <T>(pick: (ending: Ending) => T) => endings.map(pick)
  return sql`
    insert into deliveries (message_seq, ordinal, subscription_id, user_id, platform, outcome, reason,
      provider_status, provider_code, provider_id, detail, attempts, at, variant)
    select ${message_seq}, e.ordinal, e.subscription_id, e.user_id, ${platform}, e.outcome, e.reason,
      e.status, e.code, e.provider_id, e.detail, e.attempts, ${now}, ${variant === null || variant < 0 ? null : variant}::smallint
    from moved, unnest(${column((e) => e.ordinal)}::int[], ${column((e) => e.subscriptionId)}::uuid[],
      ${column((e) => e.userId)}::uuid[], ${column((e) => e.outcome)}::text[], ${column((e) => e.reason)}::text[],
      ${column((e) => e.status ?? null)}::smallint[], ${column((e) => e.code ?? null)}::text[],
      ${column((e) => e.providerId ?? null)}::text[], ${column((e) => e.detail ?? null)}::text[],
      ${column((e) => e.attempts)}::smallint[])
      as e (ordinal, subscription_id, user_id, outcome, reason, status, code, provider_id, detail, attempts)`
}

function addCounts({ id, message_seq, platform }: BatchRow, endings: readonly Ending[]) {
  const groups = Map.groupBy(endings, ({ outcome, reason }) => `${outcome}:${reason}`)
  // In one order for all workers, so that two never wait for each other in a circle.
  const sums = [...groups.keys()].sort().map((key) => {
    const group = groups.get(key) ?? []
    return { outcome: group[0]?.outcome, reason: group[0]?.reason, n: group.length }
  })
  return sql`
    insert into delivery_counts (message_seq, platform, outcome, reason, shard, n)
    select ${message_seq}, ${platform}, s.outcome, s.reason, ${id % countShards}, s.n
    from moved, unnest(${sums.map((s) => s.outcome)}::text[], ${sums.map((s) => s.reason)}::text[],
      ${sums.map((s) => s.n)}::int[]) as s (outcome, reason, n)
    on conflict (message_seq, platform, outcome, reason, shard) do update set n = delivery_counts.n + excluded.n`
}

/** As above, for those who were given a variant. */
function addVariantCounts({ id, message_seq, variant }: BatchRow, endings: readonly Ending[]) {
  const outcomes = [...new Set(endings.map(({ outcome }) => outcome))].sort()
  const sums = outcomes.map((outcome) => endings.filter((ending) => ending.outcome === outcome).length)
  return sql`
    insert into variant_counts (message_seq, variant, outcome, shard, n)
    select ${message_seq}, ${variant}::smallint, s.outcome, ${id % countShards}, s.n
    from moved, unnest(${outcomes}::text[], ${sums}::int[]) as s (outcome, n)
    where ${variant}::smallint >= 0
    on conflict (message_seq, variant, outcome, shard) do update set n = variant_counts.n + excluded.n`
}

/**
 * Adds a window to the lane's round and to its breaker: a success closes the breaker, a block opens it for
 * longer each time.
 */
function updateLane(
  lane: BatchRow,
  { block, revision, round: { accepted, dead, other } }: WindowResult,
  now: Date,
) {
  const answers = accepted + dead + other
  const oldest = new Date(now.getTime() - roundMs)
  const keep = sql`lanes.round_started_at > ${oldest}`
  const column = (name: string) => {
    if (block) return sql`${sql.ref(`excluded.${name}`)}`
    return accepted > 0 ? sql`null` : sql`${sql.ref(`lanes.${name}`)}`
  }
  return sql`
    insert into lanes (app_id, platform, environment, blocked_until, blocked_revision, block_reason, block_detail, blocks,
      round_started_at, round_answers, round_accepted, round_dead)
    select ${lane.app_id}::uuid, ${lane.platform}, ${lane.environment}, ${block?.until ?? null}::timestamptz,
      ${block ? revision : null}::uuid, ${block?.reason ?? null}, ${block?.detail ?? null}, ${block ? 1 : 0}::int,
      ${now}::timestamptz, ${answers}::int, ${accepted}::int, ${dead}::int
    from moved where ${answers > 0 || block !== null}
    on conflict (app_id, platform, environment) do update set
      blocked_until = ${column('blocked_until')}, blocked_revision = ${column('blocked_revision')},
      block_reason = ${column('block_reason')}, block_detail = ${column('block_detail')},
      blocks = ${block ? sql`lanes.blocks + 1` : accepted > 0 ? sql`0` : sql`lanes.blocks`},
      round_started_at = case when ${keep} then lanes.round_started_at else excluded.round_started_at end,
      round_answers = case when ${keep} then lanes.round_answers else 0 end + excluded.round_answers,
      round_accepted = case when ${keep} then lanes.round_accepted else 0 end + excluded.round_accepted,
      round_dead = case when ${keep} then lanes.round_dead else 0 end + excluded.round_dead
    returning round_answers, round_accepted, round_dead, round_started_at`
}
