import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { findNewBooks, insertBook, readHolders } from '../addresses/store.ts'
import { syncHolders } from '../addresses/sync-addresses.ts'
import { lockAudience } from '../audience-lock.ts'
import type { JobKind, JobProgress } from './job-kind.ts'
import { insertJob, type JobHead } from './store.ts'

const chunkRows = 1_000
const zeroId = '00000000-0000-0000-0000-000000000000'

/** Gives everybody who has an address a subscription, once an app has a credential to send to addresses. */
export const addressJob: JobKind = { open: async () => step }

/** Begins a job for every credential that is new; whoever is saved from then on is seen to as they are saved. */
export async function startAddressJobs(db: Db): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const { workspace_id, app_id, platform } of await findNewBooks(tx)) {
      const job = await insertJob(tx, workspace_id, { kind: 'addresses', input: { app_id, platform } })
      await insertBook(tx, { app_id, platform, job_id: job.id })
    }
  })
}

async function step(tx: Tx, job: JobHead, now: Date): Promise<JobProgress> {
  // Somebody's new address must not be overwritten by the one that was read here.
  await lockAudience(tx, job.workspace_id)
  const after = String(job.position.after ?? zeroId)
  const { rows } = await sql<{ id: string }>`
    select id from users where workspace_id = ${job.workspace_id}::uuid and id > ${after}::uuid
    order by id limit ${chunkRows}`.execute(tx)
  const last = rows.at(-1)?.id
  if (last !== undefined) {
    const holders = await readHolders(
      tx,
      job.workspace_id,
      sql`u.id > ${after}::uuid and u.id <= ${last}::uuid`,
    )
    await syncHolders(tx, job.workspace_id, holders, now)
  }
  const done = job.done + rows.length
  const isOver = rows.length < chunkRows
  return {
    position: { after: last ?? after },
    done,
    total: Math.max(job.total, done),
    errors: 0,
    ...(isOver && { result: { users: done } }),
  }
}
