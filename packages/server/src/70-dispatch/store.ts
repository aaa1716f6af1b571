import { sql } from 'kysely'
import type { Db, Tx } from '../00-kernel/index.ts'
import type { LaneAddress } from './lanes.ts'
import type { Ending, WindowResult } from './window.ts'

/** What may have changed since the batch was frozen, read with the message held against cancel and pause. */
export interface Standing {
  cancelled_at: Date | null
  paused_at: Date | null
  expires_at: Date
  app_status: 'published' | 'unpublished'
  revision: string | null
  blocked_until: Date | null
  block_reason: string | null
  blocks: number
}

export async function readStanding(
  tx: Tx,
  messageSeq: number,
  { platform, environment }: LaneAddress,
): Promise<Standing> {
  const { rows } = await sql<Standing>`
    select m.cancelled_at, m.paused_at, m.expires_at, a.status as app_status, c.revision,
      case when c.updated_at > l.blocked_at then null else l.blocked_until end as blocked_until,
      l.block_reason, coalesce(l.blocks, 0) as blocks
    from messages m join apps a on a.id = m.app_id
    left join credentials c on c.app_id = m.app_id and c.platform = ${platform}
    left join lanes l on l.app_id = m.app_id and l.platform = ${platform} and l.environment = ${environment}
    where m.seq = ${messageSeq}
    for share of m`.execute(tx)
  const [row] = rows
  if (!row) throw new Error(`Message ${messageSeq} has batches but no row.`)
  return row
}

export async function markStarted(tx: Tx, messageSeq: number, now: Date): Promise<void> {
  await tx
    .updateTable('messages')
    .set({ started_at: now })
    .where('seq', '=', messageSeq)
    .where('started_at', 'is', null)
    .execute()
}

export async function insertDeliveries(
  tx: Tx,
  messageSeq: number,
  platform: string,
  endings: readonly Ending[],
  now: Date,
): Promise<void> {
  if (endings.length === 0) return
  const column = <T>(pick: (ending: Ending) => T) => endings.map(pick)
  await sql`
    insert into deliveries (message_seq, ordinal, subscription_id, user_id, platform, outcome, reason,
      provider_status, provider_code, provider_id, detail, attempts, at)
    select ${messageSeq}, e.ordinal, e.subscription_id, e.user_id, ${platform}, e.outcome, e.reason,
      e.status, e.code, e.provider_id, e.detail, e.attempts, ${now}
    from unnest(${column((e) => e.ordinal)}::int[], ${column((e) => e.subscriptionId)}::uuid[], ${column((e) => e.userId)}::uuid[],
      ${column((e) => e.outcome)}::text[], ${column((e) => e.reason)}::text[], ${column((e) => e.status ?? null)}::smallint[],
      ${column((e) => e.code ?? null)}::text[], ${column((e) => e.providerId ?? null)}::text[],
      ${column((e) => e.detail ?? null)}::text[], ${column((e) => e.attempts)}::smallint[])
      as e (ordinal, subscription_id, user_id, outcome, reason, status, code, provider_id, detail, attempts)`.execute(
    tx,
  )
}

export async function addCounts(
  tx: Tx,
  messageSeq: number,
  platform: string,
  endings: readonly Ending[],
  shard: number,
): Promise<void> {
  const sums = new Map<string, { outcome: string; reason: string; n: number }>()
  for (const { outcome, reason } of endings) {
    const sum = sums.get(`${outcome}:${reason}`) ?? { outcome, reason, n: 0 }
    sum.n += 1
    sums.set(`${outcome}:${reason}`, sum)
  }
  const rows = [...sums.values()].sort((a, b) => a.reason.localeCompare(b.reason))
  for (const row of rows) await addCount(tx, { messageSeq, platform, shard, ...row })
}

/** Adds to one sum. Outcome `retired` counts tokens, not deliveries. */
export async function addCount(
  tx: Tx,
  {
    messageSeq,
    platform,
    outcome,
    reason,
    shard,
    n,
  }: { messageSeq: number; platform: string; outcome: string; reason: string; shard: number; n: number },
): Promise<void> {
  if (n === 0) return
  await sql`
    insert into delivery_counts (message_seq, platform, outcome, reason, shard, n)
    values (${messageSeq}, ${platform}, ${outcome}, ${reason}, ${shard}, ${n})
    on conflict (message_seq, platform, outcome, reason, shard)
    do update set n = delivery_counts.n + excluded.n`.execute(tx)
}

export interface Round {
  answers: number
  accepted: number
  dead: number
  startedAt: Date
}

const roundMs = 3_600_000

/**
 * Adds a window to the lane's round and to its breaker: a success closes the breaker, a block opens it for
 * longer each time. A round lasts an hour.
 */
export async function updateLane(tx: Tx, lane: LaneAddress, result: WindowResult, now: Date): Promise<Round> {
  const { accepted, dead, other } = result.round
  const answers = accepted + dead + other
  const oldest = new Date(now.getTime() - roundMs)
  const isBlocking = result.block !== null
  const keep = sql`lanes.round_started_at > ${oldest}`
  const { rows } = await sql<{
    round_answers: number
    round_accepted: number
    round_dead: number
    round_started_at: Date
  }>`
    insert into lanes (app_id, platform, environment, blocked_until, blocked_at, block_reason, block_detail, blocks,
      round_started_at, round_answers, round_accepted, round_dead)
    values (${lane.app_id}, ${lane.platform}, ${lane.environment}, ${result.block?.until ?? null}, ${isBlocking ? now : null}, ${result.block?.reason ?? null},
      ${result.block?.detail ?? null}, ${isBlocking ? 1 : 0}, ${now}, ${answers}, ${accepted}, ${dead})
    on conflict (app_id, platform, environment) do update set
      blocked_until = ${isBlocking ? sql`excluded.blocked_until` : accepted > 0 ? sql`null` : sql`lanes.blocked_until`},
      blocked_at = ${isBlocking ? sql`excluded.blocked_at` : sql`lanes.blocked_at`},
      block_reason = ${isBlocking ? sql`excluded.block_reason` : accepted > 0 ? sql`null` : sql`lanes.block_reason`},
      block_detail = ${isBlocking ? sql`excluded.block_detail` : accepted > 0 ? sql`null` : sql`lanes.block_detail`},
      blocks = ${isBlocking ? sql`lanes.blocks + 1` : accepted > 0 ? sql`0` : sql`lanes.blocks`},
      round_started_at = case when ${keep} then lanes.round_started_at else excluded.round_started_at end,
      round_answers = case when ${keep} then lanes.round_answers else 0 end + excluded.round_answers,
      round_accepted = case when ${keep} then lanes.round_accepted else 0 end + excluded.round_accepted,
      round_dead = case when ${keep} then lanes.round_dead else 0 end + excluded.round_dead
    returning round_answers, round_accepted, round_dead, round_started_at`.execute(tx)
  const row = rows[0]
  if (!row) throw new Error('The lane was not written.')
  return {
    answers: row.round_answers,
    accepted: row.round_accepted,
    dead: row.round_dead,
    startedAt: row.round_started_at,
  }
}
