import type { User } from '@carillon/contract'
import { type Db, type Page, pageOf } from '../../00-kernel/index.ts'
import { selectUsers } from '../users/store.ts'
import { userView } from '../users/user-view.ts'
import { segmentPredicate } from './segment-predicate.ts'

/** A page of the users in a segment at `now`, newest first. */
export async function readMembers(
  db: Db,
  workspaceId: string,
  { segmentId, before, limit, now }: { segmentId: string; before?: string; limit: number; now: Date },
): Promise<Page<User>> {
  let query = selectUsers(db)
    .where('u.workspace_id', '=', workspaceId)
    .where(await segmentPredicate(db, workspaceId, { include: [segmentId], exclude: [] }, now))
    .orderBy('u.id', 'desc')
    .limit(limit + 1)
  if (before) query = query.where('u.id', '<', before)
  return pageOf(await query.execute(), limit, userView, ({ id }) => [id])
}
