import type { Scope } from '@carillon/contract'
import { sql } from 'kysely'
import { type Db, newId, newKey, sha256, type Tx } from '../00-kernel/index.ts'

export async function findKey(db: Db | Tx, key: string) {
  return db
    .selectFrom('api_keys')
    .selectAll()
    .where('hash', '=', sha256(key))
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', new Date())]))
    .executeTakeFirst()
}

export async function listKeys(db: Db | Tx, workspaceId: string) {
  return db.selectFrom('api_keys').selectAll().where('workspace_id', '=', workspaceId).orderBy('id').execute()
}

export async function findSession(db: Db | Tx, token: string) {
  return db
    .selectFrom('console_sessions')
    .selectAll()
    .where('hash', '=', sha256(token))
    .where('expires_at', '>', new Date())
    .executeTakeFirst()
}

export async function firstWorkspace(db: Db | Tx) {
  return db.selectFrom('workspaces').selectAll().orderBy('created_at').executeTakeFirst()
}

export async function findWorkspace(db: Db | Tx, id: string) {
  return db.selectFrom('workspaces').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** The lists of the workspaces that let sites in. */
export async function readCorsDomains(db: Db): Promise<{ id: string; domains: string[] }[]> {
  const { rows } = await sql<{ id: string; domains: string[] }>`
    select id, coalesce(settings -> 'cors' -> 'domains', '[]') as domains
    from workspaces where settings @> '{"cors": {"enabled": true}}'`.execute(db)
  return rows
}

export async function insertWorkspace(tx: Tx, name: string): Promise<string> {
  const id = newId()
  await tx.insertInto('workspaces').values({ id, name, settings: '{}' }).execute()
  return id
}

export async function insertKey(
  tx: Tx,
  key: string,
  {
    workspaceId,
    name,
    scopes,
    expiresAt,
  }: { workspaceId: string; name: string; scopes: readonly Scope[]; expiresAt: Date | null },
) {
  return tx
    .insertInto('api_keys')
    .values({
      id: newId(),
      workspace_id: workspaceId,
      name,
      prefix: key.slice(0, 8),
      hash: sha256(key),
      scopes: [...scopes],
      last_used_at: null,
      expires_at: expiresAt,
    })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .returningAll()
    .executeTakeFirst()
}

export async function deleteKey(tx: Tx, workspaceId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('api_keys')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** At most once a minute, so that a busy key does not rewrite its row with every call. */
export async function touchKey(db: Db, id: string): Promise<void> {
  const aMinuteAgo = new Date(Date.now() - 60_000)
  await db
    .updateTable('api_keys')
    .set({ last_used_at: new Date() })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', aMinuteAgo)]))
    .execute()
}

export async function insertSignInToken(
  tx: Tx | Db,
  workspaceId: string,
  lifetimeMs: number,
): Promise<string> {
  const token = newKey('si_')
  await tx
    .insertInto('sign_in_tokens')
    .values({ hash: sha256(token), workspace_id: workspaceId, expires_at: new Date(Date.now() + lifetimeMs) })
    .execute()
  return token
}

/** Takes the token away and says whose it was. */
export async function takeSignInToken(tx: Tx, token: string): Promise<string | undefined> {
  const row = await tx
    .deleteFrom('sign_in_tokens')
    .where('hash', '=', sha256(token))
    .where('expires_at', '>', new Date())
    .returning('workspace_id')
    .executeTakeFirst()
  return row?.workspace_id
}

export async function insertSession(tx: Tx, workspaceId: string, lifetimeMs: number): Promise<string> {
  const token = newKey('cs_')
  await tx
    .insertInto('console_sessions')
    .values({ hash: sha256(token), workspace_id: workspaceId, expires_at: new Date(Date.now() + lifetimeMs) })
    .execute()
  return token
}

export async function deleteSession(tx: Tx, token: string): Promise<void> {
  await tx.deleteFrom('console_sessions').where('hash', '=', sha256(token)).execute()
}

/** Links and sessions are refused from their expiry on; this only frees their rows. */
export async function forgetExpired(db: Db, now: Date): Promise<void> {
  await db.deleteFrom('sign_in_tokens').where('expires_at', '<=', now).execute()
  await db.deleteFrom('console_sessions').where('expires_at', '<=', now).execute()
}
