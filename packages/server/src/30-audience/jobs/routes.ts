import { createImport, getJob } from '@carillon/contract'
import { Problem, type Route, read, write } from '../../00-kernel/index.ts'
import { startImport } from './import/start-import.ts'
import { jobView } from './job-view.ts'
import { findJob } from './store.ts'

export function jobRoutes(): Route[] {
  return [
    read(getJob, async ({ db, caller, params }) => {
      const row = await findJob(db, caller.workspaceId, params.id)
      if (!row) throw new Problem('not_found', { detail: 'There is no job with this id.' })
      return jobView(row)
    }),
    write(createImport, async ({ db, caller, body }) =>
      jobView(await startImport(db, caller.workspaceId, body)),
    ),
  ]
}
