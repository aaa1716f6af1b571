import type { Environment, Platform } from '@carillon/contract'
import { type Selectable, sql } from 'kysely'
import type { Db, Tables, Tx } from '../../00-kernel/index.ts'
import { waitingArm } from '../experiments/arms.ts'

export type BatchRow = Selectable<Tables['batches']>

/** One recipient on the way into a batch. */
export interface Entry {
  ordinal: number
  subscriptionId: string
  /** Whom the message is meant for; null where it is meant for the device, whoever holds it. */
  userId: string | null
}

export interface NewBatch {
  messageSeq: number
  appId: string
  platform: Platform
  environment: Environment
  priority: number
  entries: readonly Entry[]
  attempt: number
  dueAt: Date
  /** What its people are given of an experiment. */
  variant?: number | null
  lastFailure?: string
  lastCode?: string
}

/** At least one. */
export async function insertBatches(tx: Tx, batches: readonly NewBatch[]): Promise<void> {
  await sql`
    insert into batches (message_seq, app_id, platform, environment, priority, ordinals, subscription_ids, user_ids,
      size, attempt, due_at, last_failure, last_code, variant)
    values ${sql.join(batches.map(valuesOf))}`.execute(tx)
}

function valuesOf({ entries, ...batch }: NewBatch) {
  return sql`(${batch.messageSeq}, ${batch.appId}, ${batch.platform}, ${batch.environment}, ${batch.priority},
    ${entries.map((entry) => entry.ordinal)}::int[], ${entries.map((entry) => entry.subscriptionId)}::uuid[],
    ${entries.map((entry) => entry.userId)}::uuid[], ${entries.length}::int, ${batch.attempt}::int,
    ${batch.dueAt}::timestamptz, ${batch.lastFailure ?? null}, ${batch.lastCode ?? null},
    ${batch.variant ?? null}::smallint)`
}

/** Wakes the dispatchers once the transaction commits. */
export async function announceBatches(tx: Tx): Promise<void> {
  await sql`select pg_notify('batches', '')`.execute(tx)
}

/** Batches of messages that somebody waits for: they have places of their own beside those of campaigns. */
export function isUrgent({ priority }: Pick<BatchRow, 'priority'>): boolean {
  return priority < 2
}

/** What counts as one lane when batches are claimed. */
export function claimKey(batch: Pick<BatchRow, 'app_id' | 'platform' | 'environment' | 'priority'>): string {
  return `${batch.app_id}:${batch.platform}:${batch.environment}:${isUrgent(batch)}`
}

const claimKeyInSql = sql`b.app_id || ':' || b.platform || ':' || b.environment || ':' || (b.priority < 2)`

/** Whoever waits for the winner of an experiment is due with its decision. */
const isDecided = sql`b.variant is distinct from ${sql.lit(waitingArm)}`

export interface Claim {
  owner: string
  now: Date
  leaseMs: number
  limit: number
  /** Claim keys of lanes that take no more at present. */
  fullLanes: readonly string[]
  onlyUrgent: boolean
}

/**
 * Leases due batches, most urgent first. A blocked lane's and a paused message's batches stay where they are,
 * unless the message has been cancelled or has expired: then there is nothing left to wait for.
 */
export async function claimBatches(
  db: Db,
  { owner, now, leaseMs, limit, fullLanes, onlyUrgent }: Claim,
): Promise<BatchRow[]> {
  const { rows } = await sql<BatchRow>`
    with claimable as (
      select b.id from batches b
      join messages m on m.seq = b.message_seq
      left join lanes l on l.app_id = b.app_id and l.platform = b.platform and l.environment = b.environment
      left join credentials c on c.app_id = b.app_id and c.platform = b.platform
      where b.closed_at is null and (b.lease_until is null or b.lease_until <= ${now})
        and (b.due_at <= ${now} and ${isDecided} or m.cancelled_at is not null or m.expires_at <= ${now})
        and (m.paused_at is null or m.cancelled_at is not null or m.expires_at <= ${now})
        and (l.blocked_until is null or l.blocked_until <= ${now} or c.revision <> l.blocked_revision or m.cancelled_at is not null or m.expires_at <= ${now})
        and ${claimKeyInSql} <> all(${fullLanes}::text[])
        ${onlyUrgent ? sql`and b.priority < 2` : sql``}
      order by b.priority, b.due_at, b.id
      limit ${limit}
      for update of b skip locked
    )
    update batches b set lease_until = ${new Date(now.getTime() + leaseMs)}, owner = ${owner}, fence = fence + 1, in_flight = 0
    from claimable where b.id = claimable.id
    returning b.*`.execute(db)
  return rows.sort((a, b) => a.priority - b.priority || a.id - b.id)
}

/** Keeps a lease while a provider is slow to answer. */
export async function renewLeases(db: Db, batches: readonly BatchRow[], until: Date): Promise<void> {
  await sql`
    update batches b set lease_until = ${until}
    from unnest(${batches.map((batch) => batch.id)}::bigint[], ${batches.map((batch) => batch.fence)}::bigint[]) as mine (id, fence)
    where b.id = mine.id and b.fence = mine.fence and b.closed_at is null and b.lease_until is not null`.execute(
    db,
  )
}

/** For the embedded database, where a new process proves that the old one is gone. */
export async function releaseAllLeases(db: Db): Promise<void> {
  await db
    .updateTable('batches')
    .set({ lease_until: null, in_flight: 0 })
    .where('closed_at', 'is', null)
    .where('lease_until', 'is not', null)
    .execute()
}

/** When the next open batch outside the full lanes is due, for a dispatcher with nothing to do. */
export async function nextDue(
  db: Db,
  { fullLanes, onlyUrgent }: Pick<Claim, 'fullLanes' | 'onlyUrgent'>,
): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(greatest(b.due_at, coalesce(b.lease_until, b.due_at), coalesce(l.blocked_until, b.due_at))) as at
    from batches b join messages m on m.seq = b.message_seq
    left join lanes l on l.app_id = b.app_id and l.platform = b.platform and l.environment = b.environment
    where b.closed_at is null and m.paused_at is null and ${isDecided}
      and ${claimKeyInSql} <> all(${fullLanes}::text[])
      ${onlyUrgent ? sql`and b.priority < 2` : sql``}`.execute(db)
  return rows[0]?.at ?? null
}
