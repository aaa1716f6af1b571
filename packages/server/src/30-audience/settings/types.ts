import type { ProblemPlace } from '@carillon/contract'
import { sql } from 'kysely'
import { fieldProblem, Problem, type Tx } from '../../00-kernel/index.ts'
import { getSettings } from './settings.ts'

/** What carries a type of the administrators' list. */
export const typed = {
  campaign_types: { table: 'campaigns', setting: 'campaignTypes' },
  event_types: { table: 'event_definitions', setting: 'eventTypes' },
} as const
type Kind = keyof typeof typed
type Lists = { [kind in Kind]?: string[] }

/** Refuses a list that lacks a type in use. Without any list, or with an empty one, everybody writes their own. */
export async function refuseTypesInUse(tx: Tx, workspaceId: string, change: Lists): Promise<void> {
  const errors: ProblemPlace[] = []
  for (const kind of Object.keys(typed) as Kind[]) {
    const list = change[kind]
    if (!list?.length) continue
    const { rows } = await sql<{ type: string; name: string }>`
      select distinct on (type) type, name from ${sql.table(typed[kind].table)}
      where workspace_id = ${workspaceId}::uuid and type is not null and type <> all(${list}::text[])
      order by type limit 20`.execute(tx)
    errors.push(
      ...rows.map(({ type, name }) => ({
        pointer: `/${kind}`,
        code: 'in_use',
        detail: `${type} is in use, by ${name} for one; it must stay in the list.`,
      })),
    )
  }
  if (errors.length > 0) throw new Problem('conflict', { detail: errors[0]?.detail, errors })
}

/** Throws Problem for a type that is not in the list, where there is one. */
export async function refuseUnlistedType(
  tx: Tx,
  workspaceId: string,
  kind: Kind,
  type: string | null | undefined,
): Promise<void> {
  if (type == null) return
  const { [typed[kind].setting]: list } = await getSettings(tx, workspaceId)
  if (list.length === 0 || list.includes(type)) return
  const detail = `is none of the types in the settings: ${list.join(', ')}`
  throw fieldProblem('invalid_request', '/type', detail, 'unlisted_type')
}
