import type { EventDefinition } from '@carillon/contract'
import type { DefinitionRow } from './store.ts'

export function definitionView(row: DefinitionRow): EventDefinition {
  return {
    id: row.id,
    app_id: row.app_id,
    name: row.name,
    description: row.description,
    type: row.type,
    status: row.status,
    content: row.content,
    template_id: row.template_id,
    overrides: row.overrides,
    channels: row.channels,
    reach: row.reach,
    variables: row.variables,
    ttl_seconds: row.ttl_seconds,
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    last_invoked_at: row.last_invoked_at?.toISOString() ?? null,
  }
}
