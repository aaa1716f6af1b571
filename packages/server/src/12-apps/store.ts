import type { Platform } from '@carillon/contract'
import { type Selectable, sql } from 'kysely'
import { type Db, newId, newKey, type Tables, type Tx } from '../00-kernel/index.ts'

export type AppRow = Selectable<Tables['apps']>
export type CredentialRow = Selectable<Tables['credentials']>

export async function findApp(db: Db | Tx, workspaceId: string, id: string): Promise<AppRow | undefined> {
  return db
    .selectFrom('apps')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function findAppByKey(db: Db | Tx, publishableKey: string): Promise<AppRow | undefined> {
  return db.selectFrom('apps').selectAll().where('publishable_key', '=', publishableKey).executeTakeFirst()
}

/** The app when the workspace has exactly one. */
export async function findOnlyApp(db: Db | Tx, workspaceId: string): Promise<AppRow | undefined> {
  const rows = await db
    .selectFrom('apps')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .limit(2)
    .execute()
  return rows.length === 1 ? rows[0] : undefined
}

/** Apps with what their view needs: platforms with credentials, and how many subscriptions. */
export async function readAppViews(
  db: Db | Tx,
  workspaceId: string,
  where: { id?: string; after?: string; limit?: number },
) {
  let query = db
    .selectFrom('apps')
    .selectAll('apps')
    .select([
      sql<Platform[]>`array(select platform from credentials where app_id = apps.id order by platform)`.as(
        'credentials',
      ),
      sql<number>`(select count(*) from subscriptions where app_id = apps.id)`.as('subscriptions'),
    ])
    .where('workspace_id', '=', workspaceId)
    .orderBy('id')
  if (where.id) query = query.where('id', '=', where.id)
  if (where.after) query = query.where('id', '>', where.after)
  if (where.limit) query = query.limit(where.limit)
  return query.execute()
}

export async function nameTaken(
  db: Db | Tx,
  workspaceId: string,
  name: string,
  exceptId: string | null,
): Promise<boolean> {
  const row = await db
    .selectFrom('apps')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row !== undefined && row.id !== exceptId
}

export type AppFields = Partial<
  Pick<AppRow, 'name' | 'category' | 'icon' | 'identity_required' | 'identity_key' | 'status'>
>

export async function insertApp(
  tx: Tx,
  workspaceId: string,
  id: string,
  fields: AppFields & { name: string },
): Promise<void> {
  await tx
    .insertInto('apps')
    .values({
      category: null,
      icon: null,
      identity_key: null,
      ...fields,
      id,
      workspace_id: workspaceId,
      publishable_key: newKey('pk_'),
    })
    .execute()
}

export async function updateApp(tx: Tx, workspaceId: string, id: string, fields: AppFields): Promise<void> {
  if (Object.keys(fields).length === 0) return
  await tx
    .updateTable('apps')
    .set(fields)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute()
}

export async function appHasMessages(db: Db | Tx, id: string): Promise<boolean> {
  return (
    (await db.selectFrom('messages').select('id').where('app_id', '=', id).limit(1).executeTakeFirst()) !==
    undefined
  )
}

export async function appHasCampaigns(db: Db | Tx, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('campaign_messages')
    .select('id')
    .where('app_id', '=', id)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function deleteApp(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await tx.deleteFrom('apps').where('workspace_id', '=', workspaceId).where('id', '=', id).execute()
}

export async function findCredentials(db: Db | Tx, appId: string): Promise<CredentialRow[]> {
  return db.selectFrom('credentials').selectAll().where('app_id', '=', appId).orderBy('platform').execute()
}

export async function findCredential(
  db: Db | Tx,
  appId: string,
  platform: Platform,
): Promise<CredentialRow | undefined> {
  return db
    .selectFrom('credentials')
    .selectAll()
    .where('app_id', '=', appId)
    .where('platform', '=', platform)
    .executeTakeFirst()
}

export async function upsertCredential(
  tx: Tx,
  row: {
    appId: string
    platform: Platform
    sealed: Buffer
    sealedWith: string
    masked: Record<string, unknown>
    expiresAt: Date | null
  },
): Promise<CredentialRow> {
  const values = {
    sealed: row.sealed,
    sealed_with: row.sealedWith,
    masked: JSON.stringify(row.masked),
    revision: newId(),
    expires_at: row.expiresAt,
    updated_at: new Date(),
  }
  return tx
    .insertInto('credentials')
    .values({ app_id: row.appId, platform: row.platform, ...values })
    .onConflict((conflict) => conflict.columns(['app_id', 'platform']).doUpdateSet(values))
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function deleteCredential(tx: Tx, appId: string, platform: Platform): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('credentials')
    .where('app_id', '=', appId)
    .where('platform', '=', platform)
    .executeTakeFirst()
  await sql`select pg_notify('credentials', '')`.execute(tx)
  return numDeletedRows > 0n
}
