import type { Audience } from '@carillon/contract'
import { sql } from 'kysely'
import { Problem, type Tx } from '../../00-kernel/index.ts'

/** Refuses ids that name nothing in this workspace, each with its place. */
export async function checkAudience(tx: Tx, workspaceId: string, appId: string, to: Audience): Promise<void> {
  await refuseUnknown(
    tx,
    '/to/segment_ids',
    to.segment_ids,
    sql`select id from segments where workspace_id = ${workspaceId}`,
  )
  await refuseUnknown(
    tx,
    '/to/exclude_segment_ids',
    to.exclude_segment_ids,
    sql`select id from segments where workspace_id = ${workspaceId}`,
  )
  await refuseUnknown(
    tx,
    '/to/user_ids',
    to.user_ids,
    sql`select id from users where workspace_id = ${workspaceId}`,
  )
  await refuseUnknown(
    tx,
    '/to/subscription_ids',
    to.subscription_ids,
    sql`select id from subscriptions where workspace_id = ${workspaceId} and app_id = ${appId}`,
  )
}

async function refuseUnknown(
  tx: Tx,
  pointer: string,
  ids: readonly string[] | undefined,
  known: ReturnType<typeof sql>,
): Promise<void> {
  if (!ids?.length) return
  const { rows } = await sql<{ place: number }>`
    select place from unnest(${ids}::uuid[]) with ordinality as given (id, place)
    where id not in (${known} and id = any(${ids}::uuid[])) order by place limit 20`.execute(tx)
  if (rows.length === 0) return
  const errors = rows.map(({ place }) => ({
    pointer: `${pointer}/${place - 1}`,
    code: 'unknown_id',
    detail: `${ids[place - 1]} is not known here`,
  }))
  throw new Problem('invalid_request', { errors })
}
