import { sql } from 'kysely'
import type { Db } from '../../00-kernel/index.ts'
import { getSettings } from '../../30-audience/index.ts'

/** Rows looked at in one statement: the embedded database serves nobody else meanwhile. */
const stepRows = 5_000

/** Deletes events and attempts whose time is over, in every workspace. */
export async function forgetOldEvents(db: Db, now: Date): Promise<void> {
  const workspaces = await db.selectFrom('workspaces').select('id').execute()
  for (const { id } of workspaces) {
    const { eventRetentionDays } = await getSettings(db, id)
    const before = new Date(now.getTime() - eventRetentionDays * 86_400_000)
    while ((await purgeEvents(db, id, before)) === stepRows);
    await sql`
      delete from webhook_retries r using webhooks w, event_purges p
      where w.id = r.webhook_id and w.workspace_id = ${id} and p.workspace_id = ${id} and r.position <= p.position
        and not exists (select from events e where e.position = r.position)`.execute(db)
    while ((await purgeAttempts(db, id, before)) === stepRows);
  }
}

/** Looks at the oldest alone, which are the first. */
async function purgeEvents(db: Db, workspaceId: string, before: Date): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    with oldest as (
      select position, at from events where workspace_id = ${workspaceId} order by position limit ${stepRows}
    ), gone as (
      delete from events e using oldest o where e.position = o.position and o.at < ${before} returning e.position
    ), marked as (
      insert into event_purges (workspace_id, position)
      select ${workspaceId}::uuid, max(position) from gone having count(*) > 0
      on conflict (workspace_id) do update set position = greatest(event_purges.position, excluded.position)
    )
    select count(*) as n from gone`.execute(db)
  return rows[0]?.n ?? 0
}

async function purgeAttempts(db: Db, workspaceId: string, before: Date): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from webhook_attempts where id in (
      select a.id from webhook_attempts a join webhooks w on w.id = a.webhook_id
      where w.workspace_id = ${workspaceId} and a.at < ${before} limit ${stepRows}
    )`.execute(db)
  return Number(numAffectedRows)
}
