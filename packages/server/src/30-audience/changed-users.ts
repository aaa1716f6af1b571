import { sql } from 'kysely'
import type { Tx } from '../00-kernel/index.ts'

/**
 * Notes people who changed, or whose devices did, for the campaigns that may be waiting for them; nothing where
 * there is none. Its cost without a campaign is one look at an index with no rows.
 */
export async function noteChangedUsers(
  tx: Tx,
  workspaceId: string,
  userIds: readonly (string | null)[],
): Promise<void> {
  const ids = [...new Set(userIds)].filter((id) => id !== null)
  if (ids.length === 0) return
  await sql`
    with noted as (
      insert into changed_users (workspace_id, user_id)
      select ${workspaceId}::uuid, id from unnest(${ids}::uuid[]) as id
      where exists (select from campaigns where next_evaluation_at is not null and paused_at is null
        and workspace_id = ${workspaceId}::uuid)
      returning id
    )
    select pg_notify('campaigns', '') from noted limit 1`.execute(tx)
}

/** Takes the oldest changes; another scheduler that is at it meanwhile takes others. */
export async function takeChangedUsers(
  tx: Tx,
  limit: number,
): Promise<{ workspace_id: string; user_id: string }[]> {
  const { rows } = await sql<{ workspace_id: string; user_id: string }>`
    delete from changed_users where id = any(array(
      select id from changed_users order by id limit ${limit}::int for update skip locked))
    returning workspace_id, user_id`.execute(tx)
  return rows
}

/** Everything that has been noted of a workspace: somebody looks at all its people instead. */
export async function dropChangedUsers(tx: Tx, workspaceId: string): Promise<void> {
  await tx.deleteFrom('changed_users').where('workspace_id', '=', workspaceId).execute()
}
