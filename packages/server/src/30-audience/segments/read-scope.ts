import type { SegmentDefinition } from '@carillon/contract'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { getSettings } from '../settings/settings.ts'
import type { SegmentScope } from './compile-segment.ts'
import { readKnownAttributes } from './known-attributes.ts'
import * as store from './store.ts'

/** Everything that the meaning of these segments depends on at `now`. */
export async function readScope(
  db: Db | Tx,
  workspaceId: string,
  segmentIds: readonly string[],
  now: Date,
): Promise<SegmentScope> {
  const rows = await store.readSegmentsWithNamed(db, workspaceId, segmentIds)
  const { timeZone } = await getSettings(db, workspaceId)
  return {
    workspaceId,
    now,
    timeZone,
    attributes: await readKnownAttributes(db, workspaceId),
    segments: new Map(rows.map((row) => [row.id, { ...definitionOf(row), name: row.name }])),
  }
}

/** What was checked when it was written is not checked again. */
export function definitionOf({
  conditions,
  definition,
  evaluation,
}: Pick<store.SegmentRow, 'conditions' | 'definition' | 'evaluation'>): SegmentDefinition {
  return { conditions, definition, evaluation } as SegmentDefinition
}

/** The segments that a definition names itself. */
export function namedSegments({ conditions }: SegmentDefinition): string[] {
  return conditions.filter(({ operator }) => operator === 'in_segment').map(({ value }) => String(value))
}
