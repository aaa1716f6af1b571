import type { Cap } from '@carillon/contract'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { type CapRow, readCapRows } from './store.ts'

/** Those of a workspace, by name: the order in which they are asked. */
export async function readCaps(db: Db | Tx, workspaceId: string): Promise<Cap[]> {
  return (await readCapRows(db, workspaceId)).map(capView)
}

function capView({ workspace_id: _workspace, most, span, created_at, updated_at, ...cap }: CapRow): Cap {
  return {
    ...cap,
    limit: most,
    window: span,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  }
}
