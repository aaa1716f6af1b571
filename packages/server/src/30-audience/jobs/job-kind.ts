import type { Db, Tx } from '../../00-kernel/index.ts'
import type { JobHead } from './store.ts'

/** How one kind of job goes on, a step at a time. */
export interface JobKind {
  /**
   * Reads what the job needs, before its first step and again after a crash. The step it gives runs in a
   * transaction that also keeps the new position: both happen or neither, wherever the process dies.
   */
  open(db: Db, job: JobHead): Promise<JobStep>
}

export type JobStep = (tx: Tx, job: JobHead, now: Date) => Promise<JobProgress>

export interface JobProgress {
  /** Where the next step goes on; its meaning is the job's own. */
  position: Record<string, unknown>
  done: number
  total: number
  errors: number
  /** Present when the job is finished. */
  result?: Record<string, unknown>
}
