import { type Selectable, sql } from 'kysely'
import type { Db, Tables, Tx } from '../../00-kernel/index.ts'
import { restArm, waitingArm } from './arms.ts'

export type ExperimentRow = Selectable<Tables['experiments']>

/** Runs of one message of a campaign share their experiment: the first makes it. */
export async function ensureExperiment(
  tx: Tx,
  experiment: { id: string; workspaceId: string; decideAfterSeconds: number | null },
): Promise<void> {
  await tx
    .insertInto('experiments')
    .values({
      id: experiment.id,
      workspace_id: experiment.workspaceId,
      decide_after_seconds: experiment.decideAfterSeconds,
      winner: null,
      reason: null,
      evidence: null,
      decided_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function findExperiment(db: Db | Tx, id: string): Promise<ExperimentRow> {
  return db.selectFrom('experiments').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/**
 * The place of the winner as it stays until the transaction ends. Freezing reads it so: a decision waits for the
 * batches that are being written without it, and then finds them.
 */
export async function holdWinner(tx: Tx, id: string): Promise<number | null> {
  const row = await tx
    .selectFrom('experiments')
    .select('winner')
    .where('id', '=', id)
    .forShare()
    .executeTakeFirstOrThrow()
  return row.winner
}

export async function lockExperiment(tx: Tx, id: string): Promise<ExperimentRow> {
  return tx.selectFrom('experiments').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow()
}

/**
 * Counted from the first send. Where nobody is in the test, as with few people, from the moment when that was known.
 */
const firstSendAt = sql<Date | null>`(
  select min(coalesce(m.started_at, case when not exists (
    select from batches b where b.message_seq = m.seq and b.closed_at is null and b.variant is distinct from ${waitingArm}
  ) then m.frozen_at end)) from messages m where m.experiment_id = e.id)`

const decidesAt = sql<Date | null>`(${firstSendAt} + make_interval(secs => e.decide_after_seconds))`

/** While all messages of an experiment are held, or over, nothing is decided. */
function isGoing(now: Date) {
  return sql<boolean>`exists (select from messages m where m.experiment_id = e.id
    and m.cancelled_at is null and m.paused_at is null and m.expires_at > ${now})`
}

/** An experiment whose time to decide has come, locked; one that another scheduler decides is passed over. */
export async function lockDue(tx: Tx, now: Date): Promise<ExperimentRow | undefined> {
  const { rows } = await sql<ExperimentRow>`
    select e.* from experiments e
    where e.decide_after_seconds is not null and e.decided_at is null and ${decidesAt} <= ${now} and ${isGoing(now)}
    order by e.id limit 1 for update of e skip locked`.execute(tx)
  return rows[0]
}

/** Nobody rings when the first is sent. */
const unsentLookMs = 10_000

/** When to look for a decision again: when one is due, and meanwhile for the first send of the others. */
export async function nextLook(db: Db, now: Date): Promise<Date | null> {
  const soon = new Date(now.getTime() + unsentLookMs)
  const { rows } = await sql<{ at: Date | null }>`
    select min(coalesce(${decidesAt}, ${soon})) as at from experiments e
    where e.decide_after_seconds is not null and e.decided_at is null and ${isGoing(now)}`.execute(db)
  return rows[0]?.at ?? null
}

export async function decidesAtOf(db: Db | Tx, id: string): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select ${decidesAt} as at from experiments e where e.id = ${id} and e.decided_at is null`.execute(db)
  return rows[0]?.at ?? null
}

export async function recordDecision(
  tx: Tx,
  id: string,
  decision: Pick<ExperimentRow, 'winner' | 'reason' | 'evidence'> & { at: Date },
): Promise<void> {
  const { winner, reason, evidence, at } = decision
  await tx
    .updateTable('experiments')
    .set({ winner, reason, evidence: JSON.stringify(evidence), decided_at: at })
    .where('id', '=', id)
    .execute()
}

/** Everybody who waits gets the winner from now on; what holds their message still holds it. */
export async function releaseWaiting(tx: Tx, id: string, winner: number): Promise<void> {
  await sql`
    update batches b set variant = ${restArm(winner)}::smallint from messages m
    where m.experiment_id = ${id} and b.message_seq = m.seq and b.closed_at is null and b.variant = ${waitingArm}`.execute(
    tx,
  )
}
