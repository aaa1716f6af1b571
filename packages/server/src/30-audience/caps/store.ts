import type { Insertable, Selectable, Updateable } from 'kysely'
import type { Db, Tables, Tx } from '../../00-kernel/index.ts'

export type CapRow = Selectable<Tables['caps']>

export async function readCapRows(db: Db | Tx, workspaceId: string): Promise<CapRow[]> {
  return db.selectFrom('caps').selectAll().where('workspace_id', '=', workspaceId).orderBy('name').execute()
}

export async function insertCap(tx: Tx, row: Insertable<Tables['caps']>): Promise<void> {
  await tx.insertInto('caps').values(row).execute()
}

export async function updateCap(tx: Tx, id: string, change: Updateable<Tables['caps']>): Promise<void> {
  await tx.updateTable('caps').set(change).where('id', '=', id).execute()
}

export async function deleteCapRow(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('caps').where('id', '=', id).execute()
}
