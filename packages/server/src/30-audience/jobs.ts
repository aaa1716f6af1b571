import type { Log, Store } from '../00-kernel/index.ts'
import { addressJob, startAddressJobs } from './jobs/address-job.ts'
import { importJob } from './jobs/import/import-job.ts'
import type { JobKind } from './jobs/job-kind.ts'
import { reconcileJob } from './jobs/reconcile.ts'
import { type JobRunner, runJobsOf } from './jobs/run-jobs.ts'
import { releaseJobLeases } from './jobs/store.ts'

interface JobContext {
  now: () => Date
  log: Log
  signal: AbortSignal
}

export const jobKinds = {
  reconcile: reconcileJob,
  import: importJob,
  addresses: addressJob,
} satisfies Record<string, JobKind>

/** The scheduler's part of this room: runs long jobs until the signal, in as many processes as there are. */
export async function runJobs(store: Store, { signal, ...context }: JobContext): Promise<void> {
  const prepare = () => startAddressJobs(store.bulk)
  const runner: JobRunner = { ...context, store, kinds: jobKinds, prepare }
  // The embedded database is this process's alone: whoever held a lease has died.
  if (store.kind === 'embedded') await releaseJobLeases(store.bulk)
  await runJobsOf(runner, signal)
}
