import type { Db } from '../../00-kernel/index.ts'
import { type AuditFilter, type AuditRow, readAudit } from './store.ts'

const pageRows = 500
const columns = [
  'id',
  'at',
  'actor_kind',
  'actor_id',
  'actor_name',
  'action',
  'method',
  'path',
  'resource_kind',
  'resource_id',
  'message_id',
  'fields',
  'status',
  'request_id',
  'address',
] as const satisfies (keyof AuditRow)[]

/** The audit as CSV (RFC 4180), newest first, a page of rows at a time: its length costs no memory. */
export async function* auditCsv(db: Db, workspaceId: string, filter: AuditFilter): AsyncGenerator<string> {
  yield `${columns.join(',')}\r\n`
  let before: string | undefined
  for (;;) {
    const rows = await readAudit(db, workspaceId, { filter, before, limit: pageRows })
    if (rows.length > 0) yield rows.map(lineOf).join('')
    if (rows.length < pageRows) return
    before = rows.at(-1)?.id
  }
}

function lineOf(row: AuditRow): string {
  return `${columns.map((column) => cellOf(row[column])).join(',')}\r\n`
}

function cellOf(value: AuditRow[keyof AuditRow]): string {
  const text =
    value instanceof Date ? value.toISOString() : Array.isArray(value) ? value.join(' ') : String(value ?? '')
  // A name that begins like a formula would be run by a spreadsheet (OWASP, CSV Injection).
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
