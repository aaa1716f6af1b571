import { sql } from 'kysely'
import { type Db, Problem, type Tx } from '../../00-kernel/index.ts'
import { dropChangedUsers, segmentPredicate, takeChangedUsers } from '../../30-audience/index.ts'
import type { WholeCampaign } from './campaign-row.ts'
import { makeRuns } from './evaluate.ts'
import * as store from './store.ts'

/** With so many waiting, looking at everybody once is less work than at each of them. */
const most = 1_000

/**
 * Sends to people who changed and match by now, without looking at anybody else. False when nobody changed. The
 * changes are taken in the transaction that makes the runs: a crash leaves both undone.
 */
export async function takeChanges(db: Db, now: Date): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const taken = await takeChangedUsers(tx, most)
    const isMany = taken.length === most
    for (const [workspaceId, rows] of Map.groupBy(taken, (row) => row.workspace_id)) {
      const userIds = [...new Set(rows.map((row) => row.user_id))]
      if (isMany) await lookAtEverybody(tx, workspaceId, now)
      else await lookAtThese(tx, { workspaceId, userIds, now })
    }
    return taken.length > 0
  })
}

async function lookAtEverybody(tx: Tx, workspaceId: string, now: Date): Promise<void> {
  await dropChangedUsers(tx, workspaceId)
  await store.evaluateAllNow(tx, workspaceId, now)
}

interface Changed {
  workspaceId: string
  userIds: readonly string[]
  now: Date
}

async function lookAtThese(tx: Tx, { workspaceId, userIds, now }: Changed): Promise<void> {
  for (const campaign of await store.lockRunningCampaigns(tx, workspaceId, now)) {
    const matching = await findMatching(tx, campaign, { userIds, now })
    if (matching.length > 0) await makeRuns(tx, campaign, { to: { user_ids: matching }, now })
  }
}

async function findMatching(
  tx: Tx,
  campaign: WholeCampaign,
  { userIds, now }: Pick<Changed, 'userIds' | 'now'>,
): Promise<string[]> {
  const { workspace_id: workspaceId, segment_ids: include, exclude_segment_ids: exclude } = campaign
  const isMeant = await segmentPredicate(tx, workspaceId, { include, exclude }, now).catch((error) => {
    // A segment that cannot be evaluated any more; the next evaluation says so on the campaign.
    if (error instanceof Problem) return null
    throw error
  })
  if (!isMeant) return []
  const { rows } = await sql<{ id: string }>`
    select u.id from users u
    where u.workspace_id = ${workspaceId}::uuid and u.id = any(${userIds}::uuid[]) and ${isMeant}`.execute(tx)
  return rows.map(({ id }) => id)
}
