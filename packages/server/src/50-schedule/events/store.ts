import type {
  Channel,
  Content,
  EventDefinitionStatus,
  EventVariable,
  Overrides,
  ReachRule,
} from '@carillon/contract'
import { type Selectable, sql } from 'kysely'
import { type Db, lockNumber, type Tables, type Tx } from '../../00-kernel/index.ts'

type Stored = Omit<Selectable<Tables['event_definitions']>, 'content' | 'overrides' | 'variables'>

/** A definition with its documents typed; they were validated when it was saved. */
export type DefinitionRow = Stored & {
  content: Content | null
  overrides: Overrides
  variables: EventVariable[]
  last_invoked_at: Date | null
}

export interface DefinitionFields {
  name: string
  app_id: string
  description: string | null
  type: string | null
  content: Content | null
  template_id: string | null
  overrides: Overrides
  channels: Channel[]
  reach: ReachRule
  variables: EventVariable[]
  ttl_seconds: number | null
}

function selectDefinitions(db: Db | Tx, workspaceId: string) {
  return db
    .selectFrom('event_definitions as d')
    .selectAll('d')
    .select(
      sql<Date | null>`(select m.created_at from event_invocations i join messages m on m.id = i.message_id
        where i.event_definition_id = d.id order by i.message_id desc limit 1)`.as('last_invoked_at'),
    )
    .where('d.workspace_id', '=', workspaceId)
    .$castTo<DefinitionRow>()
}

export interface DefinitionFilter {
  before?: string
  limit: number
  app_id?: string
  status?: EventDefinitionStatus
  type?: string
  search?: string
}

/** Newest first. */
export async function readDefinitions(
  db: Db | Tx,
  workspaceId: string,
  { before, limit, app_id, status, type, search }: DefinitionFilter,
): Promise<DefinitionRow[]> {
  let query = selectDefinitions(db, workspaceId).orderBy('d.id', 'desc').limit(limit)
  if (before) query = query.where('d.id', '<', before)
  if (app_id) query = query.where('d.app_id', '=', app_id)
  if (status) query = query.where('d.status', '=', status)
  if (type) query = query.where('d.type', '=', type)
  if (search)
    query = query.where(
      sql<boolean>`strpos(lower(concat_ws(' ', d.name, d.description)), lower(${search})) > 0`,
    )
  return query.execute()
}

export async function findDefinition(
  db: Db | Tx,
  workspaceId: string,
  id: string,
): Promise<DefinitionRow | undefined> {
  return selectDefinitions(db, workspaceId).where('d.id', '=', id).executeTakeFirst()
}

/** `update` for whoever changes it; `share` keeps it as it is until the transaction ends, many at a time. */
export async function lockDefinition(
  tx: Tx,
  { workspaceId, id }: { workspaceId: string; id: string },
  how: 'update' | 'share',
): Promise<DefinitionRow | undefined> {
  const query = selectDefinitions(tx, workspaceId).where('d.id', '=', id)
  return (how === 'update' ? query.forNoKeyUpdate() : query.forShare()).executeTakeFirst()
}

export async function readDefinitionsNamed(
  tx: Tx,
  workspaceId: string,
  names: readonly string[],
): Promise<{ id: string; name: string }[]> {
  return tx
    .selectFrom('event_definitions')
    .select(['id', 'name'])
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`name = any(${names}::text[])`)
    .execute()
}

export async function countDefinitions(tx: Tx, workspaceId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from event_definitions where workspace_id = ${workspaceId}`.execute(tx)
  return rows[0]?.n ?? 0
}

/** Taken by every write that sets a name, so that nobody takes it between the look and the write. */
export async function lockNames(tx: Tx, workspaceId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${lockNumber('event definitions', workspaceId)}::bigint)`.execute(tx)
}

export async function insertDefinition(
  tx: Tx,
  row: { id: string; workspaceId: string; status: EventDefinitionStatus; now: Date },
  fields: DefinitionFields,
): Promise<void> {
  await tx
    .insertInto('event_definitions')
    .values({
      ...documents(fields),
      id: row.id,
      workspace_id: row.workspaceId,
      status: row.status,
      created_at: row.now,
      updated_at: row.now,
    })
    .execute()
}

/** A change of the status alone is a new version too: whoever reads back sees when it sent and when not. */
export async function updateDefinition(
  tx: Tx,
  { id, now }: { id: string; now: Date },
  change: Partial<DefinitionFields> & { status?: EventDefinitionStatus },
): Promise<void> {
  await tx
    .updateTable('event_definitions')
    .set({ ...documents(change), version: sql<number>`version + 1`, updated_at: now })
    .where('id', '=', id)
    .execute()
}

function documents<T extends Partial<DefinitionFields>>({ content, overrides, variables, ...rest }: T) {
  return {
    ...rest,
    ...(content !== undefined && { content: content && JSON.stringify(content) }),
    ...(overrides && { overrides: JSON.stringify(overrides) }),
    ...(variables && { variables: JSON.stringify(variables) }),
  } as Omit<T, 'content' | 'overrides' | 'variables'> & {
    content: string | null
    overrides: string
    variables: string
  }
}

export async function deleteDefinition(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('event_definitions').where('id', '=', id).execute()
}

export async function insertInvocation(
  tx: Tx,
  { messageId, definition }: { messageId: string; definition: Pick<DefinitionRow, 'id' | 'version'> },
): Promise<void> {
  await tx
    .insertInto('event_invocations')
    .values({ message_id: messageId, event_definition_id: definition.id, version: definition.version })
    .execute()
}

/** Apps or templates by id or by name: what an imported file can mean. */
export async function readReferable(
  db: Db | Tx,
  workspaceId: string,
  { table, ids, names }: { table: 'apps' | 'templates'; ids: readonly string[]; names: readonly string[] },
): Promise<{ id: string; name: string }[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from ${sql.table(table)}
    where workspace_id = ${workspaceId} and (id = any(${ids}::uuid[]) or name = any(${names}::text[]))`.execute(
    db,
  )
  return rows
}

/** Somebody whom the app would reach, whoever is found first; else the newest person. */
export async function findLikelyUser(
  db: Db | Tx,
  workspaceId: string,
  appId: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    (select user_id as id, 0 as rank from subscriptions
      where app_id = ${appId} and user_id is not null and status = 'active' limit 1)
    union all
    (select id, 1 from users where workspace_id = ${workspaceId} order by id desc limit 1)
    order by rank limit 1`.execute(db)
  return rows[0]?.id
}
