import { type AuditEntry, exportAudit, listAudit } from '@carillon/contract'
import { decodeCursor, pageOf, type Route, read, stream } from '../../00-kernel/index.ts'
import { auditCsv } from './audit-csv.ts'
import { type AuditRow, readAudit } from './store.ts'

export function auditRoutes(): Route[] {
  return [
    read(listAudit, async ({ db, caller, query: { limit, cursor, ...filter } }) => {
      const [before] = decodeCursor(cursor, ['uuid']) ?? []
      const rows = await readAudit(db, caller.workspaceId, {
        filter,
        before: before as string | undefined,
        limit: limit + 1,
      })
      return pageOf(rows, limit, auditView, ({ id }) => [id])
    }),
    stream(exportAudit, ({ db, caller, query }) => auditCsv(db, caller.workspaceId, query)),
  ]
}

function auditView(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    action: row.action,
    method: row.method,
    path: row.path,
    resource: { kind: row.resource_kind, id: row.resource_id },
    message_id: row.message_id,
    fields: row.fields,
    status: row.status,
    request_id: row.request_id,
    address: row.address,
  }
}
