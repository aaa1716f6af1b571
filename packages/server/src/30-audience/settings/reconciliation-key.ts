import { fieldProblem, type Tx } from '../../00-kernel/index.ts'
import { lockAudience, lockReconciliationKey } from '../audience-lock.ts'
import { insertJob, type JobHead } from '../jobs/store.ts'
import { getAttributeSchema } from '../users/attribute-schema.ts'
import { writeSettings } from './store.ts'

export interface KeyChange {
  attribute: string
  dryRun: boolean
  /** Where the attribute stands in the request. */
  pointer: string
}

/**
 * Replaces the reconciliation key. New registrations match by it as soon as this commits; the job brings
 * everybody else along. A dry run counts what would come of it.
 */
export async function changeReconciliationKey(
  tx: Tx,
  workspaceId: string,
  { attribute, dryRun, pointer }: KeyChange,
): Promise<JobHead> {
  await refuseUnfit(tx, workspaceId, { attribute, pointer })
  const job = await insertJob(tx, workspaceId, {
    kind: 'reconcile',
    input: { attribute, dry_run: dryRun },
  })
  if (!dryRun) {
    await lockReconciliationKey(tx, workspaceId)
    await lockAudience(tx, workspaceId)
    await writeSettings(tx, workspaceId, { reconciliation_key: attribute, reconciling_job_id: job.id })
  }
  return job
}

/** Everybody must have one and it must be comparable; `email`, with which every workspace begins, always is. */
async function refuseUnfit(
  tx: Tx,
  workspaceId: string,
  { attribute, pointer }: { attribute: string; pointer: string },
): Promise<void> {
  const schema = await getAttributeSchema(tx, workspaceId)
  const declared = schema.find(({ name }) => name === attribute)
  if (!declared)
    throw fieldProblem('invalid_request', pointer, `${attribute} is not a declared attribute`, 'unknown')
  if (declared.built_in) return
  if (declared.type !== 'string' && declared.type !== 'number')
    throw fieldProblem(
      'invalid_request',
      pointer,
      `${attribute} is a ${declared.type}; the key is text or a number`,
    )
  if (!declared.required)
    throw fieldProblem(
      'invalid_request',
      pointer,
      `${attribute} is not required of every user`,
      'not_required',
    )
}
