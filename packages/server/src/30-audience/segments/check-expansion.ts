import type { Tx } from '../../00-kernel/index.ts'
import { createCompiler, maxConditionsPerSegment } from './compile-segment.ts'
import { readScope } from './read-scope.ts'
import { readSegmentsNaming } from './store.ts'

/**
 * Refuses a change, just written, after which this segment or one that names it would come to too many
 * conditions: segments are composed into one statement, so ten that name each other twice are a thousand.
 */
export async function checkExpansion(tx: Tx, workspaceId: string, id: string): Promise<void> {
  const naming = await readSegmentsNaming(tx, workspaceId, id)
  const ids = [id, ...naming.map((segment) => segment.id)]
  const scope = await readScope(tx, workspaceId, ids, new Date())
  for (const each of ids) createCompiler(scope, maxConditionsPerSegment).compileSegment(each)
}
