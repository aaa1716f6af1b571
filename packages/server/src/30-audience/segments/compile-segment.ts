import type { SegmentDefinition } from '@carillon/contract'
import { sql } from 'kysely'
import { fieldProblem, type Problem } from '../../00-kernel/index.ts'
import { type ConditionScope, compileCondition, type Predicate } from './compile-condition.ts'
import { type DefinitionTree, parseDefinition } from './parse-definition.ts'

/** Of one segment with all that it names. */
export const maxConditionsPerSegment = 1_000

/** With every segment that is named, directly or not. */
export interface SegmentScope extends ConditionScope {
  segments: ReadonlyMap<string, SegmentDefinition & { name: string }>
}

/**
 * Makes definitions into SQL. A segment that names segments holds theirs in itself, which multiplies: all
 * conditions that one compiler writes are counted, and beyond `maxConditions` it refuses.
 */
export function createCompiler(scope: SegmentScope, maxConditions: number) {
  let written = 0

  function compileDefinition(definition: SegmentDefinition): Predicate {
    const parsed = parseDefinition(definition)
    if ('fault' in parsed) throw new Error(`A stored segment does not parse: ${parsed.fault.detail}`)
    return compileTree(parsed.tree, definition)
  }

  function compileTree(tree: DefinitionTree, definition: SegmentDefinition): Predicate {
    switch (tree.kind) {
      case 'condition':
        return compileNumber(tree.number, definition)
      case 'not':
        return sql`(not ${compileTree(tree.of, definition)})`
      case 'all':
      case 'any': {
        if (tree.of.length === 0) return tree.kind === 'all' ? sql`true` : sql`false`
        const parts = tree.of.map((part) => compileTree(part, definition))
        return sql`(${sql.join(parts, tree.kind === 'all' ? sql` and ` : sql` or `)})`
      }
    }
  }

  function compileNumber(number: number, definition: SegmentDefinition): Predicate {
    written += 1
    if (written > maxConditions) throw tooLarge(maxConditions)
    const condition = definition.conditions.find((each) => each.number === number)
    if (!condition) throw new Error(`A stored segment lacks its condition ${number}.`)
    if (condition.operator !== 'in_segment') return compileCondition(condition, scope)
    return compileSegment(String(condition.value))
  }

  function compileSegment(id: string): Predicate {
    const segment = scope.segments.get(id)
    if (!segment)
      throw fieldProblem(
        'invalid_segment',
        '/conditions',
        `There is no segment with the id ${id}.`,
        'unknown_segment',
      )
    return compileDefinition(segment)
  }

  return { compileDefinition, compileSegment, compileNumber }
}

/**
 * An expression whose selectivity the planner takes for a half, whatever it holds. Otherwise it halves its guess
 * with each condition, comes to one row for ten of them, and joins that row by a loop: hours for 200,000 users.
 */
export function asWhole(predicate: Predicate): Predicate {
  return sql`coalesce(${predicate}, false)`
}

function tooLarge(maxConditions: number): Problem {
  return fieldProblem(
    'invalid_segment',
    '/conditions',
    `With all segments that are named, directly or not, this comes to more than ${maxConditions} conditions.`,
    'too_many',
  )
}
