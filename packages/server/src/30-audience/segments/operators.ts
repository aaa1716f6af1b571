import type { AttributeType, SegmentOperator } from '@carillon/contract'

/** What an operator looks at, and the shape of its value. */
export type OperatorRule =
  | { on: 'attribute'; types: readonly AttributeType[]; value: 'one' | 'list' | 'pair' | 'days' | 'none' }
  | { on: 'message' }
  | { on: 'segment' }

const any = ['string', 'number', 'boolean', 'date', 'picklist'] as const
const listed = ['string', 'number', 'boolean', 'picklist'] as const
const text = ['string', 'picklist'] as const
const ordered = ['number', 'date'] as const
const dates = ['date'] as const

export const operatorRules: Record<SegmentOperator, OperatorRule> = {
  equals: { on: 'attribute', types: any, value: 'one' },
  not_equals: { on: 'attribute', types: any, value: 'one' },
  contains: { on: 'attribute', types: text, value: 'one' },
  not_contains: { on: 'attribute', types: text, value: 'one' },
  greater: { on: 'attribute', types: ordered, value: 'one' },
  less: { on: 'attribute', types: ordered, value: 'one' },
  between: { on: 'attribute', types: ordered, value: 'pair' },
  in: { on: 'attribute', types: listed, value: 'list' },
  not_in: { on: 'attribute', types: listed, value: 'list' },
  exists: { on: 'attribute', types: any, value: 'none' },
  not_exists: { on: 'attribute', types: any, value: 'none' },
  before: { on: 'attribute', types: dates, value: 'one' },
  after: { on: 'attribute', types: dates, value: 'one' },
  within_last_days: { on: 'attribute', types: dates, value: 'days' },
  more_than_days_ago: { on: 'attribute', types: dates, value: 'days' },
  within_next_days: { on: 'attribute', types: dates, value: 'days' },
  received: { on: 'message' },
  opened: { on: 'message' },
  clicked: { on: 'message' },
  in_segment: { on: 'segment' },
}
