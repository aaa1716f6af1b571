import { type Estimate, type Platform, platforms, type SegmentDefinition } from '@carillon/contract'
import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { checkDefinition } from './check-definition.ts'
import type { Predicate } from './compile-condition.ts'
import { asWhole, createCompiler, maxConditionsPerSegment } from './compile-segment.ts'
import { namedSegments, readScope } from './read-scope.ts'

/**
 * Counts the users that a definition means and what reaches them: active subscriptions, of one app or of all, whose
 * device allows notifications. A definition that cannot be evaluated is a Problem.
 */
export async function estimateSegment(
  db: Db | Tx,
  workspaceId: string,
  definition: SegmentDefinition,
  { appId, now }: { appId?: string; now: Date },
): Promise<Estimate> {
  await checkDefinition(db, workspaceId, definition)
  const scope = await readScope(db, workspaceId, namedSegments(definition), now)
  const { compileDefinition } = createCompiler(scope, maxConditionsPerSegment)
  const predicate = asWhole(compileDefinition(definition))
  const { users, reachable_users, ...reachable } = await count(db, workspaceId, predicate, appId)
  return { users, reachable, reachable_users }
}

type Counts = Record<Platform | 'users' | 'reachable_users', number>

async function count(
  db: Db | Tx,
  workspaceId: string,
  predicate: Predicate,
  appId: string | undefined,
): Promise<Counts> {
  const onPlatform = (platform: Platform) =>
    sql`'${sql.raw(platform)}', count(*) filter (where platform = ${platform})`
  const { rows } = await sql<{ counts: Counts }>`
    with member as materialized (
      select u.id from users u
      where u.workspace_id = ${workspaceId}::uuid and ${predicate}
    ), reach as (
      select s.platform, s.user_id
      from subscriptions s join member m on m.id = s.user_id
      where s.workspace_id = ${workspaceId}::uuid and s.status = 'active' and s.permission <> 'denied'
        ${appId ? sql`and s.app_id = ${appId}::uuid` : sql``}
    )
    select
      (select jsonb_build_object('users', count(*)) from member)
      || (select jsonb_build_object('reachable_users', count(distinct user_id),
        ${sql.join(platforms.map(onPlatform))}) from reach) as counts`.execute(db)
  const [row] = rows
  if (!row) throw new Error('An aggregate answered no row.')
  return row.counts
}
