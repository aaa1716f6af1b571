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

/** Those of which parts may be given. */
const inParts = ['cors', 'quiet_hours', 'holdout', 'sms_replies'] as const

/** Changes the given settings, and the given parts of those that have parts, and leaves the others. */
export async function writeSettings(tx: Tx, workspaceId: string, change: StoredSettings): Promise<void> {
  const merged = inParts
    .filter((name) => change[name] !== undefined)
    .map(
      (name) =>
        sql`jsonb_build_object(${name}::text, coalesce(settings -> ${name}, '{}') || ${JSON.stringify(change[name])}::jsonb)`,
    )
  const value = sql.join([sql`settings`, sql`${JSON.stringify(change)}::jsonb`, ...merged], sql` || `)
  await sql`update workspaces set settings = ${value}, rules_revision = rules_revision + 1
    where id = ${workspaceId}`.execute(tx)
}

/** Whoever sends looks at the rules again from its next window on. One change of them at a time. */
export async function touchRules(tx: Tx, workspaceId: string): Promise<void> {
  await sql`update workspaces set rules_revision = rules_revision + 1 where id = ${workspaceId}`.execute(tx)
}
