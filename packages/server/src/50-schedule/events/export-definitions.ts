import { type EventExport, maxEventDefinitions, type PortableDefinition } from '@carillon/contract'
import type { Db } from '../../00-kernel/index.ts'
import { type DefinitionRow, readDefinitions, readReferable } from './store.ts'

/** All definitions, oldest first; apps and templates by id and name, so that another workspace can find its own. */
export async function exportDefinitions(db: Db, workspaceId: string, now: Date): Promise<EventExport> {
  const rows = (await readDefinitions(db, workspaceId, { limit: maxEventDefinitions })).reverse()
  const apps = await references('apps', (row) => row.app_id)
  const templates = await references('templates', (row) => row.template_id)
  return {
    format: 'carillon.event-definitions.v1',
    exported_at: now.toISOString(),
    definitions: rows.map((row) => portable(row, apps.get(row.app_id), templates.get(row.template_id ?? ''))),
  }

  async function references(table: 'apps' | 'templates', idOf: (row: DefinitionRow) => string | null) {
    const ids = rows.flatMap((row) => idOf(row) ?? [])
    const found = await readReferable(db, workspaceId, { table, ids, names: [] })
    return new Map(found.map((reference) => [reference.id, reference]))
  }
}

function portable(
  row: DefinitionRow,
  app: PortableDefinition['app'],
  template: PortableDefinition['template'],
): PortableDefinition {
  const { name, status, description, type, content, overrides, channels, reach, variables, ttl_seconds } = row
  return {
    name,
    status,
    ...(app ? { app } : {}),
    ...(content ? { content } : {}),
    // The id of a template that is gone says more than nothing.
    ...(row.template_id ? { template: template ?? { id: row.template_id } } : {}),
    description,
    type,
    channels,
    reach,
    overrides,
    variables,
    ttl_seconds,
  }
}
