import type { Condition } from '@carillon/contract'
import { sql } from 'kysely'
import { type Db, Problem, type Tx } from '../../00-kernel/index.ts'
import { interactionsOf, jsonOf } from './compile-condition.ts'
import { createCompiler } from './compile-segment.ts'
import { conditionText } from './condition-text.ts'
import { readScope } from './read-scope.ts'

export interface ExplainedCondition {
  number: number
  /** Such as `country equals "DE"`. */
  text: string
  passed: boolean
  /**
   * What was found: the attribute's value; the time of the last such interaction; for a segment, whether the
   * person is in it. Null when there is none.
   */
  actual: string | number | boolean | null
}

export interface MembershipExplanation {
  passed: boolean
  /** By number, including those that the definition leaves out. */
  conditions: ExplainedCondition[]
}

/** Why a user is or is not in a segment at `now`, condition by condition, by the same SQL that chooses. */
export async function explainMembership(
  db: Db | Tx,
  workspaceId: string,
  segmentId: string,
  userId: string,
  now: Date,
): Promise<MembershipExplanation> {
  const id = segmentId.toLowerCase()
  const scope = await readScope(db, workspaceId, [id], now)
  const segment = scope.segments.get(id)
  if (!segment) throw new Problem('not_found', { detail: 'There is no segment with this id.' })
  // Twice: as a whole and condition by condition.
  const { compileSegment, compileNumber } = createCompiler(scope, Number.POSITIVE_INFINITY)
  const sorted = segment.conditions.toSorted((a, b) => a.number - b.number)
  const passed = sorted.map(({ number }) => compileNumber(number, segment))
  const found = sorted.map((condition, i) => actualOf(condition, workspaceId) ?? sql`to_jsonb(${passed[i]})`)
  const { rows } = await sql<Row>`
    select ${compileSegment(id)} as member,
      to_jsonb(array[${sql.join(passed)}]::boolean[]) as passed,
      to_jsonb(array[${sql.join(found)}]::jsonb[]) as actual
    from users u where u.workspace_id = ${workspaceId}::uuid and u.id = ${userId}::uuid`.execute(db)
  const [row] = rows
  if (!row) throw new Problem('not_found', { detail: 'There is no user with this id.' })
  const nameOf = (named: string) => scope.segments.get(named)?.name ?? named
  return {
    passed: row.member,
    conditions: sorted.map((condition, i) => ({
      number: condition.number,
      text: conditionText(condition, nameOf),
      passed: row.passed[i] as boolean,
      actual: row.actual[i] ?? null,
    })),
  }
}

interface Row {
  member: boolean
  passed: boolean[]
  actual: ExplainedCondition['actual'][]
}

function actualOf(condition: Condition, workspaceId: string) {
  if (condition.attribute !== undefined) return jsonOf(condition.attribute)
  if (condition.operator === 'in_segment') return null
  return sql`(select to_jsonb(max(i.at)) ${interactionsOf(condition, workspaceId)})`
}
