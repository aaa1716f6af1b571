import type { AttributeType, SegmentOperator } from '@carillon/contract'

/** What an operator is given: nothing, one value, a list, a range, days, or the id of a message or segment. */
type ValueKind = 'none' | 'one' | 'list' | 'range' | 'days' | 'message' | 'segment'

interface OperatorFacts {
  label: string
  kind: ValueKind
  /** The attribute types that it makes sense for; null: it looks at no attribute. */
  types: readonly AttributeType[] | null
}

const any: readonly AttributeType[] = ['string', 'number', 'boolean', 'date', 'picklist']
const listable: readonly AttributeType[] = ['string', 'number', 'picklist']

export const operatorFacts: Record<SegmentOperator, OperatorFacts> = {
  equals: { label: 'is', kind: 'one', types: any },
  not_equals: { label: 'is not', kind: 'one', types: any },
  contains: { label: 'contains', kind: 'one', types: ['string'] },
  not_contains: { label: 'does not contain', kind: 'one', types: ['string'] },
  greater: { label: 'is greater than', kind: 'one', types: ['number'] },
  less: { label: 'is less than', kind: 'one', types: ['number'] },
  between: { label: 'is between', kind: 'range', types: ['number', 'date'] },
  in: { label: 'is one of', kind: 'list', types: listable },
  not_in: { label: 'is none of', kind: 'list', types: listable },
  exists: { label: 'is set', kind: 'none', types: any },
  not_exists: { label: 'is not set', kind: 'none', types: any },
  before: { label: 'is before', kind: 'one', types: ['date'] },
  after: { label: 'is after', kind: 'one', types: ['date'] },
  within_last_days: { label: 'is within the last', kind: 'days', types: ['date'] },
  more_than_days_ago: { label: 'is longer ago than', kind: 'days', types: ['date'] },
  within_next_days: { label: 'is within the next', kind: 'days', types: ['date'] },
  received: { label: 'received', kind: 'message', types: null },
  opened: { label: 'opened', kind: 'message', types: null },
  clicked: { label: 'clicked', kind: 'message', types: null },
  in_segment: { label: 'is in segment', kind: 'segment', types: null },
}

const operatorNames = Object.keys(operatorFacts) as SegmentOperator[]

export function operatorsFor(type: AttributeType): SegmentOperator[] {
  return operatorNames.filter((operator) => operatorFacts[operator].types?.includes(type))
}

/** Those that look at what a person did, or at another segment. */
export const behaviourOperators = operatorNames.filter((operator) => operatorFacts[operator].types === null)
