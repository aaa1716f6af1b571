import { createAlarm, type Log, type Store } from '../../00-kernel/index.ts'
import type { JobKind, JobProgress } from './job-kind.ts'
import { claimJob, type JobChange, type JobHead, updateLeased } from './store.ts'

/** Longer than any step takes: until it is over nobody else goes on with the job of a process that died. */
const leaseMs = 30_000
/** A notification may get lost, and a lease that runs out rings no bell. */
const longestSleepMs = 30_000
/** Faults in a row, after which a job is given up. */
const maxFaults = 5
const retryMs = 5_000

export interface JobRunner {
  store: Store
  now: () => Date
  log: Log
  kinds: Readonly<Record<string, JobKind>>
  /** Makes jobs out of what other rooms left to do; before every look for one. */
  prepare?: () => Promise<void>
}

/** Runs jobs until the signal; then the one at hand stops after its step and is free for others at once. */
export async function runJobsOf(runner: JobRunner, signal: AbortSignal): Promise<void> {
  const alarm = createAlarm()
  await runner.store.listen('jobs', alarm.wake)
  while (!signal.aborted) {
    try {
      await runner.prepare?.()
      while (!signal.aborted && (await runNextJob(runner, signal)));
    } catch (error) {
      runner.log.error({ err: error }, 'jobs could not be claimed')
    }
    await alarm.sleep(longestSleepMs, signal)
  }
}

/** Claims one job and runs it to its end, or until the signal or a fault; false when there is none to do. */
export async function runNextJob(runner: JobRunner, signal: AbortSignal): Promise<boolean> {
  const now = runner.now()
  const leaseUntil = new Date(now.getTime() + leaseMs)
  const kinds = Object.keys(runner.kinds)
  const job = await claimJob(runner.store.bulk, { kinds, now, leaseUntil })
  if (!job) return false
  try {
    await runSteps(runner, job, signal)
  } catch (error) {
    runner.log.error({ err: error, jobId: job.id, kind: job.kind }, 'a step of a job failed')
    await putOff(runner, job)
  }
  return true
}

async function runSteps(runner: JobRunner, job: JobHead, signal: AbortSignal): Promise<void> {
  const kind = runner.kinds[job.kind]
  if (!kind) throw new Error(`A job of the unknown kind ${job.kind} was claimed.`)
  const step = await kind.open(runner.store.bulk, job)
  while (!signal.aborted) {
    const held = leaseOf(job)
    // Strictly later, for a clock that stands still or steps back.
    const later = new Date(Math.max(runner.now().getTime() + leaseMs, held.leaseUntil.getTime() + 1))
    const progress = await runner.store.bulk.transaction().execute(async (tx) => {
      // First, so that the lease is proven and held before anything is written.
      if (!(await updateLeased(tx, held, { lease_until: later }))) return null
      const progress = await step(tx, job, runner.now())
      await updateLeased(tx, { ...held, leaseUntil: later }, changeOf(progress, runner.now()))
      return progress
    })
    if (progress === null || progress.result !== undefined) return
    Object.assign(job, progress, { lease_until: later })
  }
  await updateLeased(runner.store.bulk, leaseOf(job), { lease_until: null })
}

function leaseOf({ id, lease_until: leaseUntil }: JobHead): { id: string; leaseUntil: Date } {
  if (!leaseUntil) throw new Error(`Job ${id} has no lease.`)
  return { id, leaseUntil }
}

function changeOf({ position, done, total, errors, result }: JobProgress, now: Date): JobChange {
  const change = { position: JSON.stringify(position), done, total, errors }
  if (result === undefined) return change
  const finished = { status: 'finished', finished_at: now, input: '{}' } as const
  return { ...change, ...finished, result: JSON.stringify(result) }
}

/** The step was rolled back: the job waits a little, or is given up. Its input stays for whoever looks into it. */
async function putOff({ store, now }: JobRunner, job: JobHead): Promise<void> {
  const faults = Number(job.position.faults ?? 0) + 1
  const position = JSON.stringify({ ...job.position, faults })
  const givenUp = { status: 'failed', finished_at: now(), result: '{"error":"internal"}' } as const
  await updateLeased(store.bulk, leaseOf(job), {
    position,
    ...(faults >= maxFaults ? givenUp : { lease_until: new Date(now().getTime() + retryMs) }),
  })
}
