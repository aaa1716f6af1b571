import type { WebhookDisabledReason } from '@carillon/contract'
import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Db, Tables, Tx } from '../../00-kernel/index.ts'
import type { EventRow } from '../log/event-log.ts'

export type WebhookRow = Selectable<Tables['webhooks']>
export type AttemptRow = Selectable<Tables['webhook_attempts']>
export type WebhookWithQueue = WebhookRow & { retrying: number }

const retrying = sql<number>`(select count(*) from webhook_retries r where r.webhook_id = webhooks.id)`

export async function readWebhooks(
  db: Db | Tx,
  workspaceId: string,
  { id, after, limit = 1 }: { id?: string; after?: string; limit?: number },
): Promise<WebhookWithQueue[]> {
  let query = db
    .selectFrom('webhooks')
    .selectAll()
    .select(retrying.as('retrying'))
    .where('workspace_id', '=', workspaceId)
    .orderBy('id')
    .limit(limit)
  if (id) query = query.where('id', '=', id)
  if (after) query = query.where('id', '>', after)
  return query.execute()
}

export async function insertWebhook(tx: Tx, row: Insertable<Tables['webhooks']>): Promise<void> {
  await tx.insertInto('webhooks').values(row).execute()
}

export async function countWebhooks(db: Tx, workspaceId: string): Promise<number> {
  const { n } = await db
    .selectFrom('webhooks')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow()
  return n
}

export async function updateWebhook(
  tx: Tx,
  id: string,
  change: Updateable<Tables['webhooks']>,
): Promise<void> {
  await tx.updateTable('webhooks').set(change).where('id', '=', id).execute()
  // One that is enabled again may have something to send.
  await sql`select pg_notify('events', '')`.execute(tx)
}

export async function deleteWebhook(tx: Tx, workspaceId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('webhooks')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

export interface Claim {
  now: Date
  leaseMs: number
  limit: number
}

/** Leases webhooks that have something to send now. A retry whose event was purged meanwhile is nothing to send. */
export async function claimWebhooks(db: Db, { now, leaseMs, limit }: Claim): Promise<WebhookRow[]> {
  const { rows } = await sql<WebhookRow>`
    with claimable as (
      select w.id from webhooks w
      where w.enabled and (w.lease_until is null or w.lease_until <= ${now})
        and (w.held_until is null or w.held_until <= ${now})
        and (exists (select from webhook_retries r join events e on e.position = r.position
            where r.webhook_id = w.id and r.due_at <= ${now})
          or exists (select from events e where e.workspace_id = w.workspace_id and e.position > w.position))
      limit ${limit}
      for update of w skip locked
    )
    update webhooks w set lease_until = ${new Date(now.getTime() + leaseMs)}, fence = fence + 1
    from claimable c where w.id = c.id
    returning w.*`.execute(db)
  return rows
}

/** When a retry, a hold or somebody else's lease next ends, for a worker with nothing to do. */
export async function nextDue(db: Db, now: Date): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(at) as at from (
      select greatest(r.due_at, w.held_until, w.lease_until) as at
      from webhook_retries r join webhooks w on w.id = r.webhook_id join events e on e.position = r.position
      where w.enabled
      union all
      select greatest(held_until, lease_until) from webhooks
      where enabled and (held_until > ${now} or lease_until > ${now})
    ) due`.execute(db)
  return rows[0]?.at ?? null
}

/** For the embedded database, where a new process proves that the old one is gone. */
export async function releaseWebhooks(db: Db): Promise<void> {
  await db.updateTable('webhooks').set({ lease_until: null }).where('lease_until', 'is not', null).execute()
}

export type RetryRow = EventRow & { attempts: number; first_at: Date; due_at: Date }

/** Events that are due again, in the order of the log. */
export async function readRetries(
  db: Db,
  webhookId: string,
  { now, limit }: { now: Date; limit: number },
): Promise<RetryRow[]> {
  const { rows } = await sql<RetryRow>`
    select e.*, r.attempts, r.first_at, r.due_at from webhook_retries r join events e on e.position = r.position
    where r.webhook_id = ${webhookId} and r.due_at <= ${now}
    order by e.position limit ${limit}`.execute(db)
  return rows
}

/** An event that was sent, and when it had been due as it was read; null when it did not stand in line. */
interface Tried {
  position: number
  wasDueAt: Date | null
}

/** What became of events since the last save. */
export interface Progress {
  position: number
  failures: number
  failingSince: Date | null
  heldUntil: Date | null
  lastSuccessAt: Date | null
  disabled: { reason: WebhookDisabledReason; detail: string } | null
  /** Null gives the webhook back. */
  leaseUntil: Date | null
  attempts: readonly AttemptRow[]
  /** To be tried again; `done` are not. */
  retries: readonly (Tried & { attempts: number; firstAt: Date; dueAt: Date })[]
  done: readonly Tried[]
}

/** Records attempts and where to go on; false when the lease was lost or the webhook disabled, and the work ends. */
export async function saveProgress(
  db: Db,
  { id, fence }: Pick<WebhookRow, 'id' | 'fence'>,
  progress: Progress,
  now: Date,
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const { disabled } = progress
    const row = await tx
      .updateTable('webhooks')
      .set({
        position: sql<number>`greatest(position, ${progress.position})`,
        failures: progress.failures,
        failing_since: progress.failingSince,
        held_until: progress.heldUntil,
        last_success_at: progress.lastSuccessAt,
        lease_until: progress.leaseUntil,
        ...(disabled && {
          enabled: false,
          disabled_reason: disabled.reason,
          disabled_detail: disabled.detail,
          disabled_at: now,
          lease_until: null,
        }),
      })
      .where('id', '=', id)
      .where('fence', '=', fence)
      .returning('enabled')
      .executeTakeFirst()
    if (!row) return false
    if (progress.attempts.length > 0) await insertAttempts(tx, progress.attempts)
    await changeRetries(tx, id, progress)
    return row.enabled
  })
}

/** A replay that was asked for while its event was on the wire has another due time, and stays. */
async function changeRetries(tx: Tx, id: string, { retries, done }: Progress): Promise<void> {
  if (done.length > 0)
    await sql`
      delete from webhook_retries r using unnest(${done.map(({ position }) => position)}::bigint[],
        ${done.map(({ wasDueAt }) => wasDueAt)}::timestamptz[]) as d (position, due_at)
      where r.webhook_id = ${id} and r.position = d.position and r.due_at = d.due_at`.execute(tx)
  for (const { position, wasDueAt, attempts, firstAt, dueAt } of retries)
    await tx
      .insertInto('webhook_retries')
      .values({ webhook_id: id, position, attempts, first_at: firstAt, due_at: dueAt })
      .onConflict((conflict) =>
        conflict
          .columns(['webhook_id', 'position'])
          .doUpdateSet({ attempts, due_at: dueAt })
          .where('webhook_retries.due_at', '=', wasDueAt),
      )
      .execute()
}

export async function insertAttempts(db: Db | Tx, attempts: readonly AttemptRow[]): Promise<void> {
  await db
    .insertInto('webhook_attempts')
    .values([...attempts])
    .execute()
}

export interface AttemptFilter {
  before?: string
  outcome?: 'succeeded' | 'failed'
  eventId?: string
  limit: number
}

/** Newest first: ids grow with time. */
export async function readAttempts(
  db: Db,
  webhookId: string,
  { before, outcome, eventId, limit }: AttemptFilter,
): Promise<AttemptRow[]> {
  let query = db
    .selectFrom('webhook_attempts')
    .selectAll()
    .where('webhook_id', '=', webhookId)
    .orderBy('id', 'desc')
    .limit(limit)
  if (before) query = query.where('id', '<', before)
  if (outcome) query = query.where('succeeded', '=', outcome === 'succeeded')
  if (eventId) query = query.where('event_id', '=', eventId)
  return query.execute()
}

/** Queues events of the workspace for sending again, at once and with all their attempts before them. */
export async function queueReplay(
  tx: Tx,
  { id, workspace_id, types }: WebhookRow,
  what: { positions: readonly number[] } | { from: Date; to: Date; limit: number },
  now: Date,
): Promise<number> {
  const chosen =
    'positions' in what
      ? sql`select position from events
          where workspace_id = ${workspace_id} and position = any(${what.positions}::bigint[])`
      : sql`select position from events
          where workspace_id = ${workspace_id} and at >= ${what.from} and at < ${what.to}
            and (${types}::text[] is null or type = any(${types}::text[]))
          order by position limit ${what.limit}`
  const { numAffectedRows = 0n } = await sql`
    insert into webhook_retries (webhook_id, position, attempts, first_at, due_at)
    select ${id}::uuid, position, 0, ${now}::timestamptz, ${now}::timestamptz from (${chosen}) chosen
    on conflict (webhook_id, position) do update set attempts = 0, first_at = excluded.first_at, due_at = excluded.due_at`.execute(
    tx,
  )
  await sql`select pg_notify('events', '')`.execute(tx)
  return Number(numAffectedRows)
}
