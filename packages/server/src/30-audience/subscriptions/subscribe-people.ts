import type { Platform } from '@carillon/contract'
import { sql } from 'kysely'
import { newId, sha256, type Tx } from '../../00-kernel/index.ts'

export interface Place {
  workspaceId: string
  appId: string
  platform: Platform
  now: Date
}

interface Row {
  id: string
  user_id: string
  token: string
}

/**
 * One subscription for each person that no device registers: the person stands where a device's own id does, which
 * is unique, so two that do this at the same time make one. `made` are those that were not there.
 */
export async function subscribePeople(
  tx: Tx,
  { workspaceId, appId, platform, now }: Place,
  people: readonly { userId: string; token: string }[],
): Promise<{ made: Row[]; all: Row[] }> {
  // In one order, so that two messages with the same people wait for each other instead of both being stuck.
  const sorted = [...people].sort((a, b) => (a.userId < b.userId ? -1 : 1))
  const userIds = sorted.map(({ userId }) => userId)
  const { rows: made } = await sql<Row>`
    insert into subscriptions (id, workspace_id, app_id, platform, token, token_hash, device_id, user_id, registered_at,
      created_at)
    select f.id, ${workspaceId}::uuid, ${appId}::uuid, ${platform}, f.token, f.hash, f.user_id::text, f.user_id,
      ${now}::timestamptz, ${now}::timestamptz
    from unnest(${sorted.map(() => newId())}::uuid[], ${userIds}::uuid[], ${sorted.map(({ token }) => token)}::text[],
      ${sorted.map(({ token }) => sha256(token))}::bytea[]) as f (id, user_id, token, hash)
    on conflict (app_id, platform, device_id) where device_id is not null do nothing
    returning id, user_id, token`.execute(tx)
  const { rows: all } = await sql<Row>`
    select id, user_id, token from subscriptions
    where app_id = ${appId}::uuid and platform = ${platform} and user_id = any(${userIds}::uuid[])`.execute(
    tx,
  )
  return { made, all }
}
