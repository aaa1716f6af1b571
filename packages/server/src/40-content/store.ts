import type { Content, Overrides, Template } from '@carillon/contract'
import { sql } from 'kysely'
import { type Db, lockNumber, newId, type Tx } from '../00-kernel/index.ts'

export interface TemplateRow {
  id: string
  name: string
  version: number
  content: Content
  overrides: Overrides
  created_at: Date
  updated_at: Date
}

export interface TemplateFields {
  name: string
  content: Content
  overrides: Overrides
}

/** The newest version of each, newest template first. */
export async function readTemplates(
  db: Db | Tx,
  workspaceId: string,
  { before, limit }: { before: string | null; limit: number },
): Promise<TemplateRow[]> {
  const { rows } = await sql<TemplateRow>`
    select t.id, t.name, v.version, v.content, v.overrides, t.created_at, v.created_at as updated_at
    from templates t
    join template_versions v on v.template_id = t.id and v.version = t.version
    where t.workspace_id = ${workspaceId} and (${before}::uuid is null or t.id < ${before}::uuid)
    order by t.id desc
    limit ${limit}`.execute(db)
  return rows
}

/** In its newest version, or the one named. */
export async function findTemplate(
  db: Db | Tx,
  workspaceId: string,
  id: string,
  version?: number,
): Promise<TemplateRow | undefined> {
  const { rows } = await sql<TemplateRow>`
    select t.id, t.name, v.version, v.content, v.overrides, t.created_at, v.created_at as updated_at
    from templates t
    join template_versions v on v.template_id = t.id and v.version = coalesce(${version ?? null}::int, t.version)
    where t.workspace_id = ${workspaceId} and t.id = ${id}`.execute(db)
  return rows[0]
}

/** What a message takes from a template: it keeps its own copy. Undefined when there is no such template. */
export async function resolveTemplate(
  db: Db | Tx,
  workspaceId: string,
  id: string,
): Promise<Pick<Template, 'content' | 'overrides' | 'version'> | undefined> {
  const row = await findTemplate(db, workspaceId, id)
  return row && { content: row.content, overrides: row.overrides, version: row.version }
}

/** Taken by every write that sets a name, so that nobody takes it between the look and the write. */
export async function lockNames(tx: Tx, workspaceId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${lockNumber('templates', workspaceId)}::bigint)`.execute(tx)
}

export async function findTemplateByName(
  db: Db | Tx,
  workspaceId: string,
  name: string,
): Promise<{ id: string } | undefined> {
  return db
    .selectFrom('templates')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .executeTakeFirst()
}

export async function insertTemplate(tx: Tx, workspaceId: string, fields: TemplateFields): Promise<string> {
  const id = newId()
  await tx
    .insertInto('templates')
    .values({ id, workspace_id: workspaceId, name: fields.name, version: 1 })
    .execute()
  await insertVersion(tx, id, 1, fields)
  return id
}

/** False when there is no such template. The row lock makes concurrent saves into consecutive versions. */
export async function insertNextVersion(
  tx: Tx,
  workspaceId: string,
  id: string,
  fields: TemplateFields,
): Promise<boolean> {
  const { rows } = await sql<{ version: number }>`
    update templates set name = ${fields.name}, version = version + 1, updated_at = now()
    where workspace_id = ${workspaceId} and id = ${id}
    returning version`.execute(tx)
  if (!rows[0]) return false
  await insertVersion(tx, id, rows[0].version, fields)
  return true
}

async function insertVersion(tx: Tx, id: string, version: number, fields: TemplateFields): Promise<void> {
  await tx
    .insertInto('template_versions')
    .values({
      template_id: id,
      version,
      content: JSON.stringify(fields.content),
      overrides: JSON.stringify(fields.overrides),
    })
    .execute()
}

export async function findEventDefinitionUsing(
  db: Db | Tx,
  workspaceId: string,
  id: string,
): Promise<{ name: string } | undefined> {
  return db
    .selectFrom('event_definitions')
    .select('name')
    .where('workspace_id', '=', workspaceId)
    .where('template_id', '=', id)
    .limit(1)
    .executeTakeFirst()
}

/** False when there is no such template. */
export async function deleteTemplate(tx: Tx, workspaceId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('templates')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows > 0n
}
