import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import type { StoredSettings } from './settings.ts'

export async function readSettings(db: Db | Tx, workspaceId: string): Promise<StoredSettings> {
  const row = await db
    .selectFrom('workspaces')
    .select('settings')
    .where('id', '=', workspaceId)
    .executeTakeFirstOrThrow()
  return row.settings
}

/** Changes the given settings and leaves the others. */
export async function writeSettings(tx: Tx, workspaceId: string, change: StoredSettings): Promise<void> {
  await sql`update workspaces set settings = settings || ${JSON.stringify(change)}::jsonb
    where id = ${workspaceId}`.execute(tx)
}
