import type { Attribute } from '@carillon/contract'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { getAttributeSchema } from '../users/attribute-schema.ts'

export type KnownAttribute = Pick<Attribute, 'type' | 'values'>

/** Columns of `users` that conditions name like attributes; they win over declared ones of the same name. */
export const userColumns = ['created_at', 'timezone', 'locale'] as const

const columnTypes: Record<(typeof userColumns)[number], Attribute['type']> = {
  created_at: 'date',
  timezone: 'string',
  locale: 'string',
}

export async function readKnownAttributes(
  db: Db | Tx,
  workspaceId: string,
): Promise<ReadonlyMap<string, KnownAttribute>> {
  const schema = await getAttributeSchema(db, workspaceId)
  const columns = userColumns.map((name) => ({ name, type: columnTypes[name], values: null }))
  return new Map([...schema, ...columns].map((attribute) => [attribute.name, attribute]))
}
