import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { lockAudience } from '../audience-lock.ts'
import { keyOfUser, normalisedAttribute } from '../reconciliation-value.ts'
import { getSettings } from '../settings/settings.ts'
import { writeSettings } from '../settings/store.ts'
import { type Relinked, relinkChunk } from '../subscriptions/store.ts'
import { rekeyUsers } from '../users/store.ts'
import type { JobKind, JobProgress } from './job-kind.ts'
import { type JobHead, readJobInput } from './store.ts'

/** A step holds the workspace's audience, so it is kept to a fraction of a second. */
const chunkRows = 2_000
const zeroId = '00000000-0000-0000-0000-000000000000'

type Counts = Pick<Relinked, 'matched' | 'unmatched' | 'ambiguous' | 'changed'>
type Position = Partial<Counts> & { phase?: 'users' | 'subscriptions'; after?: string }

/**
 * Follows a change of the reconciliation key: first every user gets the value of the new key, then every
 * subscription the user who has its value. Whatever commits beside it uses the new key already.
 */
export const reconcileJob: JobKind = {
  open: async (db, { id }) => {
    const { attribute, dry_run: dryRun } = await readJobInput(db, id)
    return (tx, job) => (dryRun ? countOnly(tx, job, String(attribute)) : step(tx, job, String(attribute)))
  },
}

async function step(tx: Tx, job: JobHead, attribute: string): Promise<JobProgress> {
  await lockAudience(tx, job.workspace_id)
  const { reconcilingJobId } = await getSettings(tx, job.workspace_id)
  const position = job.position as Position
  // The key was replaced once more, and that job does all of this again.
  if (reconcilingJobId !== job.id)
    return { ...job, position, result: { ...countsOf(position), superseded: true } }
  const total = position.phase ? job.total : await countAudience(tx, job.workspace_id)
  return position.phase === 'subscriptions'
    ? relinkStep(tx, { ...job, total }, position)
    : rekeyStep(tx, { ...job, total }, { attribute, after: position.after ?? zeroId })
}

async function rekeyStep(
  tx: Tx,
  job: JobHead,
  { attribute, after }: { attribute: string; after: string },
): Promise<JobProgress> {
  const { last, count } = await rekeyUsers(tx, job.workspace_id, {
    keyValue: normalisedAttribute(attribute),
    after,
    limit: chunkRows,
  })
  const position: Position =
    last !== null && count === chunkRows ? { phase: 'users', after: last } : { phase: 'subscriptions' }
  return { position, done: job.done + count, total: job.total, errors: 0 }
}

async function relinkStep(tx: Tx, job: JobHead, position: Position): Promise<JobProgress> {
  const settings = await getSettings(tx, job.workspace_id)
  const chunk = await relinkChunk(tx, job.workspace_id, {
    // Everybody has the new value by now, so the indexed column serves.
    key: keyOfUser({ ...settings, reconcilingJobId: null }),
    after: position.after ?? zeroId,
    limit: chunkRows,
    dryRun: false,
  })
  const counts = addCounts(countsOf(position), chunk)
  const progress = { done: job.done + chunk.count, total: job.total, errors: 0 }
  if (chunk.last !== null && chunk.count === chunkRows)
    return { ...progress, position: { phase: 'subscriptions', after: chunk.last, ...counts } }
  await writeSettings(tx, job.workspace_id, { reconciling_job_id: null })
  return { ...progress, position: {}, result: counts }
}

/** One statement, so that all numbers are of one moment; no index knows the values of a key that is not in use. */
async function countOnly(tx: Tx, { workspace_id }: JobHead, attribute: string): Promise<JobProgress> {
  await sql`set local statement_timeout = '10min'`.execute(tx)
  const key = normalisedAttribute(attribute)
  const found = await relinkChunk(tx, workspace_id, { key, after: zeroId, limit: null, dryRun: true })
  return { position: {}, done: found.count, total: found.count, errors: 0, result: countsOf(found) }
}

async function countAudience(db: Db | Tx, workspaceId: string): Promise<number> {
  const { rows } = await sql<{
    n: number
  }>`select (select count(*) from users where workspace_id = ${workspaceId})
    + (select count(*) from subscriptions where workspace_id = ${workspaceId}) as n`.execute(db)
  return rows[0]?.n ?? 0
}

function countsOf({ matched = 0, unmatched = 0, ambiguous = 0, changed = 0 }: Partial<Counts>): Counts {
  return { matched, unmatched, ambiguous, changed }
}

function addCounts(a: Counts, b: Counts): Counts {
  return {
    matched: a.matched + b.matched,
    unmatched: a.unmatched + b.unmatched,
    ambiguous: a.ambiguous + b.ambiguous,
    changed: a.changed + b.changed,
  }
}
