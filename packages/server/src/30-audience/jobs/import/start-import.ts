import type { BodyOf, createImport } from '@carillon/contract'
import type { Tx } from '../../../00-kernel/index.ts'
import { getAttributeSchema } from '../../users/attribute-schema.ts'
import { insertJob, type JobHead } from '../store.ts'
import { readRows } from './read-rows.ts'

/** Keeps the data for the job; a header that leads nowhere is refused at once. */
export async function startImport(
  tx: Tx,
  workspaceId: string,
  input: BodyOf<typeof createImport>,
): Promise<JobHead> {
  readRows(input.format, input.data, await getAttributeSchema(tx, workspaceId)).next()
  return insertJob(tx, workspaceId, { kind: 'import', input })
}
