import { sql } from 'kysely'
import type { Db } from '../00-kernel/index.ts'

/** Lanes that are closed; one whose credential was entered anew since is not. */
export function blockedLanes(db: Db, now: Date) {
  return db
    .selectFrom('lanes')
    .selectAll()
    .where('blocked_until', '>', now)
    .where(sql<boolean>`not exists (select from credentials c where c.app_id = lanes.app_id
      and c.platform = lanes.platform and c.revision <> lanes.blocked_revision)`)
}
