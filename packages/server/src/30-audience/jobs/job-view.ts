import type { Job } from '@carillon/contract'
import type { JobHead } from './store.ts'

export function jobView(row: JobHead): Job {
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    progress: { done: row.done, total: row.total, errors: row.errors },
    result: row.result as Job['result'],
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  }
}
