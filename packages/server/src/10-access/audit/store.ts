import { type Selectable, sql } from 'kysely'
import { type Db, formatUuid, isUuid, newId, type Tables, type Tx } from '../../00-kernel/index.ts'
import type { AuditFacts } from './record-audit.ts'

export type AuditRow = Selectable<Tables['audit']>

export interface AuditFilter {
  actor?: string
  action?: string
  resource?: string
  from?: string
  to?: string
}

export async function insertAudit(tx: Tx, facts: AuditFacts, at: Date): Promise<void> {
  await tx
    .insertInto('audit')
    .values({
      workspace_id: facts.workspaceId,
      id: newId(at.getTime()),
      at,
      actor_kind: facts.actor.kind,
      actor_id: facts.actor.id,
      actor_name: facts.actor.name,
      action: facts.action,
      method: facts.method,
      path: facts.path,
      resource_kind: facts.resource.kind,
      resource_id: facts.resource.id,
      message_id: facts.messageId,
      fields: [...facts.fields],
      status: facts.status,
      request_id: facts.requestId,
      address: facts.address,
    })
    .execute()
}

/** Newest first; the key is the time, so a span of time is a span of the index. */
export async function readAudit(
  db: Db | Tx,
  workspaceId: string,
  { filter, before, limit }: { filter: AuditFilter; before: string | undefined; limit: number },
): Promise<AuditRow[]> {
  const { actor, action, resource, from, to } = filter
  let query = db.selectFrom('audit').selectAll().where('workspace_id', '=', workspaceId)
  if (before) query = query.where('id', '<', before)
  if (from) query = query.where('id', '>=', firstIdAt(new Date(from)))
  if (to) query = query.where('id', '<', firstIdAt(new Date(to)))
  if (action) query = query.where('action', '=', action)
  if (actor) query = query.where(sql<boolean>`(actor_id = ${actor} or lower(actor_name) = lower(${actor}))`)
  if (resource && isUuid(resource)) query = query.where(isAbout(resource.toLowerCase()))
  else if (resource) query = query.where('resource_kind', '=', resource)
  return query.orderBy('id', 'desc').limit(limit).execute()
}

function isAbout(id: string) {
  return sql<boolean>`(resource_id = ${id} or message_id = ${id}::uuid)`
}

/** The smallest UUIDv7 of a moment: 48 bits of milliseconds before anything else (RFC 9562, section 5.7). */
function firstIdAt(moment: Date): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(Math.max(0, moment.getTime()), 0, 6)
  return formatUuid(bytes)
}

export const defaultAuditRetentionDays = 400

const stepRows = 5_000
const dayMs = 24 * 3_600_000

/** Deletes what is older than the workspace's settings keep it, in steps that let others have their turn. */
export async function purgeAudit(db: Db, now: Date): Promise<void> {
  const { rows } = await sql<{ id: string; days: number }>`
    select id, coalesce((settings ->> 'audit_retention_days')::int, ${defaultAuditRetentionDays}) as days
    from workspaces`.execute(db)
  for (const { id, days } of rows) {
    const end = firstIdAt(new Date(now.getTime() - days * dayMs))
    while ((await deleteBefore(db, id, end)) === stepRows);
  }
}

async function deleteBefore(db: Db, workspaceId: string, end: string): Promise<number> {
  return db.transaction().execute(async (tx) => {
    // The one word that the table's trigger lets a deletion pass by; it ends with the transaction.
    await sql`select set_config('carillon.audit_retention', 'on', true)`.execute(tx)
    const { numAffectedRows } = await sql`
      delete from audit where workspace_id = ${workspaceId}::uuid and id in (
        select id from audit where workspace_id = ${workspaceId}::uuid and id < ${end}::uuid
        order by id limit ${stepRows})`.execute(tx)
    return Number(numAffectedRows ?? 0n)
  })
}
