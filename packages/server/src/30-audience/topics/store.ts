import { type Selectable, sql } from 'kysely'
import type { Db, Tables, Tx } from '../../00-kernel/index.ts'

export type TopicRow = Selectable<Tables['topics']>

export async function readTopicRows(db: Db | Tx, workspaceId: string): Promise<TopicRow[]> {
  return db.selectFrom('topics').selectAll().where('workspace_id', '=', workspaceId).orderBy('name').execute()
}

export async function writeTopic(tx: Tx, { created_at, updated_at, ...topic }: TopicRow): Promise<void> {
  const { workspace_id: _workspace, name: _name, ...fields } = topic
  await tx
    .insertInto('topics')
    .values({ ...topic, channels: sql`${topic.channels}::text[]`, created_at, updated_at })
    .onConflict((conflict) =>
      conflict
        .columns(['workspace_id', 'name'])
        .doUpdateSet({ ...fields, channels: sql`${topic.channels}::text[]`, updated_at }),
    )
    .execute()
}

/** False when there is no such row. */
export async function deleteTopicRow(tx: Tx, workspaceId: string, name: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('topics')
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .executeTakeFirst()
  return numDeletedRows > 0n
}
