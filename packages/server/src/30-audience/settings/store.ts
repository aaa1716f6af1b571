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

/** Changes the given settings, and the given parts of `cors`, and leaves the others. */
export async function writeSettings(
  tx: Tx,
  workspaceId: string,
  { cors, ...change }: StoredSettings,
): Promise<void> {
  const merged = cors
    ? sql`jsonb_build_object('cors', coalesce(settings -> 'cors', '{}') || ${JSON.stringify(cors)}::jsonb)`
    : sql`'{}'::jsonb`
  await sql`update workspaces set settings = settings || ${JSON.stringify(change)}::jsonb || ${merged}
    where id = ${workspaceId}`.execute(tx)
}
