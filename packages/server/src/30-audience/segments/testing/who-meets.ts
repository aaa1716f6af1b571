import type { AttributeType, Condition } from '@carillon/contract'
import { sql } from 'kysely'
import { type Db, newId, type Tx } from '../../../00-kernel/index.ts'
import { createCompiler } from '../compile-segment.ts'

export type JudgedCondition = Omit<Condition, 'number' | 'attribute'>

/** People, each with one value of attribute `a` (undefined: none), and the moment and place of the question. */
export interface Judged {
  people: Record<string, unknown>
  type?: AttributeType
  now?: string
  timeZone?: string
}

/** Which of the people meet a condition on `a`. */
export async function whoMeets(
  db: Db | Tx,
  condition: JudgedCondition,
  { people, type, now = '2026-06-15T12:00:00Z', timeZone = 'UTC' }: Judged,
): Promise<string[]> {
  const scope = {
    workspaceId: newId(),
    now: new Date(now),
    timeZone,
    attributes: new Map(type ? [['a', { type, values: null }]] : []),
    segments: new Map(),
  }
  const predicate = createCompiler(scope, 10).compileDefinition({
    conditions: [{ number: 1, attribute: 'a', ...condition }],
    definition: 'all',
    evaluation: 'standard',
  })
  const { rows } = await sql<{ name: string }>`
    with people as (
      select key as name, ${newId()}::uuid as id, value as attributes
      from jsonb_each(${JSON.stringify(withAttribute(people))}::jsonb)
    ), judged as (select name, ${predicate} as is_met from people u)
    select name from judged where is_met
    union all select 'null: ' || name from judged where is_met is null
    order by name`.execute(db)
  return rows.map(({ name }) => name)
}

function withAttribute(people: Record<string, unknown>) {
  return Object.fromEntries(
    Object.entries(people).map(([name, a]) => [name, a === undefined ? {} : { a, other: 'DE' }]),
  )
}
