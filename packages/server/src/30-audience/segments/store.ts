import type { Condition, SegmentDefinition } from '@carillon/contract'
import { type Selectable, sql } from 'kysely'
import { type Db, lockNumber, type Tables, type Tx } from '../../00-kernel/index.ts'

export type SegmentRow = Selectable<Tables['segments']>

export async function readSegments(
  db: Db | Tx,
  workspaceId: string,
  { before, limit }: { before?: string; limit: number },
): Promise<SegmentRow[]> {
  let query = db.selectFrom('segments').selectAll().where('workspace_id', '=', workspaceId)
  if (before) query = query.where('id', '<', before)
  return query.orderBy('id', 'desc').limit(limit).execute()
}

export async function findSegment(
  db: Db | Tx,
  workspaceId: string,
  id: string,
): Promise<SegmentRow | undefined> {
  return db
    .selectFrom('segments')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function findSegmentByName(
  db: Db | Tx,
  workspaceId: string,
  name: string,
): Promise<SegmentRow | undefined> {
  return db
    .selectFrom('segments')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .executeTakeFirst()
}

/** The segments with these ids and all that they name, directly or not. */
export async function readSegmentsWithNamed(
  db: Db | Tx,
  workspaceId: string,
  ids: readonly string[],
): Promise<SegmentRow[]> {
  if (ids.length === 0) return []
  // `union` drops what was met before, so even a circle would end.
  const { rows } = await sql<SegmentRow>`
    with recursive named as (
      select s.* from segments s where s.workspace_id = ${workspaceId}::uuid and s.id = any(${ids}::uuid[])
      union
      select s.* from named n
        cross join lateral jsonb_array_elements(n.conditions) c
        join segments s on s.workspace_id = n.workspace_id
          and s.id = case when c ->> 'operator' = 'in_segment' then (c ->> 'value')::uuid end
    )
    select * from named`.execute(db)
  return rows
}

/** The segments that name this one, directly or not. */
export async function readSegmentsNaming(
  db: Db | Tx,
  workspaceId: string,
  id: string,
): Promise<SegmentRow[]> {
  const { rows } = await sql<SegmentRow>`
    with recursive naming as (
      select s.* from segments s
        where s.workspace_id = ${workspaceId}::uuid and s.conditions @> ${naming(id)}::jsonb
      union
      select s.* from naming n join segments s on s.workspace_id = n.workspace_id
        and s.conditions @> jsonb_build_array(jsonb_build_object('operator', 'in_segment', 'value', n.id::text))
    )
    select * from naming`.execute(db)
  return rows
}

function naming(id: string): string {
  const condition: Partial<Condition> = { operator: 'in_segment', value: id }
  return JSON.stringify([condition])
}

/** Those of the ids, in lower case, that are no segment here. */
export async function unknownSegments(
  db: Db | Tx,
  workspaceId: string,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    select given.id::text as id from unnest(${ids}::uuid[]) as given (id)
    where not exists (select from segments s where s.workspace_id = ${workspaceId}::uuid and s.id = given.id)`.execute(
    db,
  )
  return rows.map(({ id }) => id)
}

/** A campaign that is not over and is for this segment, or leaves it out. */
export async function findCampaignWith(
  db: Db | Tx,
  workspaceId: string,
  { id, now }: { id: string; now: Date },
): Promise<{ name: string } | undefined> {
  const { rows } = await sql<{ name: string }>`
    select name from campaigns
    where workspace_id = ${workspaceId}::uuid and ${id}::uuid = any(segment_ids || exclude_segment_ids)
      and terminated_at is null and (launched_at is null or end_at > ${now})
    limit 1`.execute(db)
  return rows[0]
}

/** A message that has yet to choose its recipients, by this segment. */
export async function isAwaited(db: Db | Tx, workspaceId: string, id: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from messages
    where workspace_id = ${workspaceId}::uuid and frozen_at is null and cancelled_at is null
      and (audience @> ${JSON.stringify({ segment_ids: [id] })}::jsonb
        or audience @> ${JSON.stringify({ exclude_segment_ids: [id] })}::jsonb)
    limit 1`.execute(db)
  return rows.length > 0
}

/** Those of the ids that are messages of the workspace. */
export async function readKnownMessages(
  db: Db | Tx,
  workspaceId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`
    select id from messages where workspace_id = ${workspaceId}::uuid and id = any(${ids}::uuid[])`.execute(
    db,
  )
  return new Set(rows.map(({ id }) => id))
}

/** One change of segments at a time in a workspace: names stay unique and no two changes close a circle. */
export async function lockSegments(tx: Tx, workspaceId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${lockNumber('segments', workspaceId)}::bigint)`.execute(tx)
}

export async function insertSegment(
  tx: Tx,
  workspaceId: string,
  id: string,
  fields: SegmentDefinition & { name: string },
): Promise<SegmentRow> {
  return tx
    .insertInto('segments')
    .values({ ...fields, id, workspace_id: workspaceId, conditions: JSON.stringify(fields.conditions) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function updateSegment(
  tx: Tx,
  workspaceId: string,
  id: string,
  fields: SegmentDefinition & { name: string },
): Promise<SegmentRow> {
  return tx
    .updateTable('segments')
    .set({ ...fields, conditions: JSON.stringify(fields.conditions), updated_at: new Date() })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function deleteSegment(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await tx.deleteFrom('segments').where('workspace_id', '=', workspaceId).where('id', '=', id).execute()
}
