import { type Selectable, sql } from 'kysely'
import { type Db, isUuid, type Tables, type Tx } from '../../00-kernel/index.ts'
import { noteChangedUsers } from '../changed-users.ts'
import { keyOfUser } from '../reconciliation-value.ts'
import type { Settings } from '../settings/settings.ts'
import type { UserDraft } from './user-draft.ts'

export type UserRow = Selectable<Tables['users']>
type AttributeRow = Pick<Selectable<Tables['attributes']>, 'name' | 'type' | 'required' | 'choices'>

/** Users as `u`, each with the number of subscriptions: what `userView` takes. */
export function selectUsers(db: Db | Tx) {
  return db
    .selectFrom('users as u')
    .selectAll('u')
    .select(sql<number>`(select count(*) from subscriptions s where s.user_id = u.id)`.as('subscriptions'))
}

export type UserWithDevices = UserRow & { subscriptions: number }

export async function findUser(
  db: Db | Tx,
  workspaceId: string,
  id: string,
): Promise<UserWithDevices | undefined> {
  return selectUsers(db).where('u.workspace_id', '=', workspaceId).where('u.id', '=', id).executeTakeFirst()
}

/** Which of them there are. */
export async function findUserIds(
  db: Db | Tx,
  workspaceId: string,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    select id from users where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(db)
  return rows.map(({ id }) => id)
}

/** Newest first: ids grow with time. `search` is looked for in every value, and as an id. */
export async function readUsers(
  db: Db | Tx,
  workspaceId: string,
  { before, limit, search }: { before?: string; limit: number; search?: string },
): Promise<UserWithDevices[]> {
  let query = selectUsers(db).where('u.workspace_id', '=', workspaceId).orderBy('u.id', 'desc').limit(limit)
  if (before) query = query.where('u.id', '<', before)
  if (search) query = isUuid(search) ? query.where('u.id', '=', search) : query.where(holds(search))
  return query.execute()
}

/** Text anywhere in a value, in any case; a number as a whole. One pass of jsonpath is six times as fast as unnesting. */
function holds(search: string) {
  const text = `@ like_regex ${JSON.stringify(search)} flag "qi"`
  const path = `$.* ? (${/^-?\d{1,15}(\.\d{1,15})?$/.test(search) ? `${text} || @ == ${Number(search)}` : text})`
  return sql<boolean>`(u.attributes @? ${path}::jsonpath or u.identifiers @? ${path}::jsonpath)`
}

/** Locked until the transaction ends. */
export async function lockUser(tx: Tx, workspaceId: string, id: string): Promise<UserRow | undefined> {
  return tx
    .selectFrom('users')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

/** Everybody who has one of the normalised values, locked: `key` is the value as of now. */
export async function lockUsersByKey(
  tx: Tx,
  workspaceId: string,
  settings: Settings,
  values: readonly string[],
): Promise<(UserRow & { key: string })[]> {
  if (values.length === 0) return []
  const { rows } = await sql<UserRow & { key: string }>`
    select u.*, ${keyOfUser(settings)} as key from users u
    where u.workspace_id = ${workspaceId} and ${keyOfUser(settings)} = any(${values}::text[])
    order by u.id for update`.execute(tx)
  return rows
}

/** Who has one of the normalised reconciliation values. */
export async function findUsersByKey(
  db: Db | Tx,
  workspaceId: string,
  settings: Settings,
  values: readonly string[],
): Promise<{ id: string; value: string }[]> {
  const { rows } = await sql<{ id: string; value: string }>`
    select u.id, ${keyOfUser(settings)} as value from users u
    where u.workspace_id = ${workspaceId} and ${keyOfUser(settings)} = any(${values}::text[])
    order by u.id`.execute(db)
  return rows
}

/** Who has one of the values in the attribute, as text. No index serves it: it reads everybody. */
export async function findUsersByAttribute(
  db: Db | Tx,
  workspaceId: string,
  name: string,
  values: readonly string[],
): Promise<{ id: string; value: string }[]> {
  const { rows } = await sql<{ id: string; value: string }>`
    select u.id, u.attributes ->> ${name}::text as value from users u
    where u.workspace_id = ${workspaceId} and u.attributes ->> ${name}::text = any(${values}::text[])
    order by u.id`.execute(db)
  return rows
}

export async function findUsersByIdentifier(
  db: Db | Tx,
  workspaceId: string,
  names: readonly string[],
  values: readonly string[],
): Promise<{ name: string; value: string; id: string }[]> {
  return db
    .selectFrom('user_identifiers')
    .select(['name', 'value', 'user_id as id'])
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', sql<string>`any(${names}::text[])`)
    .where('value', '=', sql<string>`any(${values}::text[])`)
    .execute()
}

/** Writes new and changed people, their identifiers with them; the caller holds the audience or the keys. */
export async function writeUsers(tx: Tx, workspaceId: string, drafts: readonly UserDraft[]): Promise<void> {
  const [fresh, known] = [drafts.filter(({ isNew }) => isNew), drafts.filter(({ isNew }) => !isNew)]
  if (fresh.length > 0) {
    await sql`insert into users (id, workspace_id, attributes, identifiers, timezone, locale, consents, reconciliation_value)
      select id, ${workspaceId}::uuid, attributes, identifiers, timezone, locale, consents, key
      from ${recordsOf(fresh)}`.execute(tx)
  }
  if (known.length > 0) {
    await sql`update users u set attributes = r.attributes, identifiers = r.identifiers, timezone = r.timezone,
        locale = r.locale, consents = r.consents, reconciliation_value = r.key, updated_at = now()
      from ${recordsOf(known)} where u.id = r.id and u.workspace_id = ${workspaceId}`.execute(tx)
  }
  await writeIdentifiers(
    tx,
    workspaceId,
    drafts.filter(({ hasNewIdentifiers }) => hasNewIdentifiers),
  )
  await noteChangedUsers(
    tx,
    workspaceId,
    drafts.map(({ id }) => id),
  )
}

async function writeIdentifiers(tx: Tx, workspaceId: string, drafts: readonly UserDraft[]): Promise<void> {
  if (drafts.length === 0) return
  const people = recordsOf(drafts)
  if (drafts.some(({ isNew }) => !isNew)) {
    await sql`delete from user_identifiers i using ${people}
      where i.user_id = r.id and r.identifiers ->> i.name is distinct from i.value`.execute(tx)
  }
  // Taken identifiers were refused before, so what is here already is this person's own.
  await sql`insert into user_identifiers (workspace_id, name, value, user_id)
    select ${workspaceId}::uuid, e.key, e.value, r.id from ${people}, jsonb_each_text(r.identifiers) e
    on conflict do nothing`.execute(tx)
}

function recordsOf(drafts: readonly UserDraft[]) {
  const rows = drafts.map(
    ({ id, attributes, identifiers, timezone, locale, consents, reconciliationValue }) => ({
      id,
      attributes,
      identifiers,
      timezone,
      locale,
      consents,
      key: reconciliationValue,
    }),
  )
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(id uuid, attributes jsonb,
    identifiers jsonb, timezone text, locale text, consents jsonb, key text)`
}

export async function deleteUser(tx: Tx, workspaceId: string, id: string): Promise<UserRow | undefined> {
  return tx
    .deleteFrom('users')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

/** Gives the next `limit` users the value of the attribute that is now the key. */
export async function rekeyUsers(
  tx: Tx,
  workspaceId: string,
  { keyValue, after, limit }: { keyValue: ReturnType<typeof keyOfUser>; after: string; limit: number },
): Promise<{ last: string | null; count: number }> {
  const { rows } = await sql<{ last: string | null; count: number }>`
    with chunk as (
      select id from users where workspace_id = ${workspaceId} and id > ${after}::uuid
      order by id limit ${limit}::int
    ), changed as (
      update users u set reconciliation_value = ${keyValue} from chunk
      where u.id = chunk.id and u.reconciliation_value is distinct from ${keyValue}
    )
    select max(id::text) as last, count(*) as count from chunk`.execute(tx)
  return rows[0] ?? { last: null, count: 0 }
}

export async function readAttributes(db: Db | Tx, workspaceId: string): Promise<AttributeRow[]> {
  return db
    .selectFrom('attributes')
    .select(['name', 'type', 'required', 'choices'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('created_at')
    .orderBy('name')
    .execute()
}

/** False when it is declared already. */
export async function insertAttribute(
  tx: Tx,
  workspaceId: string,
  attribute: AttributeRow,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('attributes')
    .values({ ...attribute, workspace_id: workspaceId })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}
