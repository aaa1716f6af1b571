import type { Condition, ProblemPlace, SegmentDefinition } from '@carillon/contract'
import { type Db, isUuid, Problem, type Tx } from '../../00-kernel/index.ts'
import { checkConditions } from './check-conditions.ts'
import { findCircle } from './find-circle.ts'
import { readKnownAttributes } from './known-attributes.ts'
import { parseDefinition } from './parse-definition.ts'
import * as store from './store.ts'

/**
 * Refuses, with all places at once, a definition that could not be evaluated. `id` is the segment's own when it
 * is being replaced: then no circle may lead back to it.
 */
export async function checkDefinition(
  db: Db | Tx,
  workspaceId: string,
  definition: SegmentDefinition,
  id: string | null = null,
): Promise<void> {
  const attributes = await readKnownAttributes(db, workspaceId)
  refuse([...checkConditions(definition.conditions, attributes), ...checkText(definition)])
  refuse(await checkReferences(db, workspaceId, definition, id))
}

function refuse(errors: ProblemPlace[]): void {
  if (errors.length > 0) throw new Problem('invalid_segment', { errors: errors.slice(0, 50) })
}

function checkText(definition: SegmentDefinition): ProblemPlace[] {
  const parsed = parseDefinition(definition)
  return 'fault' in parsed ? [{ pointer: '/definition', ...parsed.fault }] : []
}

async function checkReferences(
  db: Db | Tx,
  workspaceId: string,
  { conditions }: SegmentDefinition,
  id: string | null,
): Promise<ProblemPlace[]> {
  const named = { segments: idsIn(conditions, isSegmentCondition), messages: idsIn(conditions, isBehaviour) }
  const messages = await store.readKnownMessages(db, workspaceId, named.messages)
  const rows = await store.readSegmentsWithNamed(db, workspaceId, named.segments)
  const segments = new Map(rows.map((row) => [row.id, row]))
  return conditions.flatMap((condition, i): ProblemPlace[] => {
    const pointer = `/conditions/${i}/value`
    const value = String(condition.value)
    if (isBehaviour(condition) && !messages.has(value.toLowerCase()))
      return [{ pointer, code: 'unknown_message', detail: 'is not the id of a message here' }]
    if (!isSegmentCondition(condition)) return []
    if (!segments.has(value))
      return [{ pointer, code: 'unknown_segment', detail: 'is not the id of a segment here' }]
    const circle = id === null ? null : findCircle(value, id, segments)
    if (!circle) return []
    const way = ['this segment', ...circle, 'this segment']
    return [{ pointer, code: 'circle', detail: `makes a circle: ${way.join(' > ')}` }]
  })
}

function idsIn(conditions: readonly Condition[], wanted: (condition: Condition) => boolean): string[] {
  return conditions
    .filter(wanted)
    .map(({ value }) => String(value))
    .filter(isUuid)
}

function isSegmentCondition({ operator }: Condition): boolean {
  return operator === 'in_segment'
}

function isBehaviour({ operator, value }: Condition): boolean {
  return (operator === 'received' || operator === 'opened' || operator === 'clicked') && value !== undefined
}
