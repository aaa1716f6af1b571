import type { Attribute, AttributeType, Condition, SegmentOperator } from '@carillon/contract'
import { behaviourOperators, operatorFacts, operatorsFor } from './operators.ts'

/** A condition under construction: what was typed stays as it is until it is complete. */
export type Draft = Condition

/** What the first field of a condition offers beside the attributes. */
export const behaviour = ':behaviour'

export function addCondition(conditions: readonly Draft[], attribute: string): Draft[] {
  const highest = Math.max(0, ...conditions.map(({ number }) => number))
  return [...conditions, { number: highest + 1, attribute, operator: 'equals', value: '' }]
}

/** Numbers stay as they are, so that a definition that names them keeps its meaning. */
export function removeCondition(conditions: readonly Draft[], number: number): Draft[] {
  return conditions.filter((condition) => condition.number !== number)
}

/** Another attribute keeps the operator where its type allows, and drops the value otherwise. */
export function withAttribute(condition: Draft, attribute: string, type: AttributeType): Draft {
  if (attribute === behaviour) {
    const { attribute: _, ...rest } = condition
    return { ...rest, operator: behaviourOperators[0] ?? 'received', value: undefined }
  }
  const allowed = operatorsFor(type)
  const operator = allowed.includes(condition.operator) ? condition.operator : 'equals'
  return withOperator({ ...condition, attribute, value: emptyValue(operator) }, operator)
}

/** Another operator keeps the value where it is of the same kind. */
export function withOperator(condition: Draft, operator: SegmentOperator): Draft {
  const same = operatorFacts[operator].kind === operatorFacts[condition.operator].kind
  return { ...condition, operator, value: same ? condition.value : emptyValue(operator) }
}

/** The attribute's, unless the operator is not for it: people may carry an undeclared attribute in two types. */
export function conditionType(
  { operator }: Draft,
  attribute: Pick<Attribute, 'type'> | undefined,
): AttributeType {
  const type = attribute?.type ?? 'string'
  const { types } = operatorFacts[operator]
  return types && !types.includes(type) ? (types[0] ?? type) : type
}

/** An input's text as the API takes it for this attribute type; what is no number stays text and is refused. */
export function typedValue(text: string, type: AttributeType): string | number | boolean {
  if (type === 'boolean') return text === 'true'
  if (type !== 'number' || text.trim() === '') return text
  const number = Number(text)
  return Number.isFinite(number) ? number : text
}

/** Only complete conditions are worth asking the server about. */
export function isComplete({ operator, attribute, value }: Draft): boolean {
  const { kind, types } = operatorFacts[operator]
  if (types !== null && !attribute) return false
  switch (kind) {
    case 'none':
      return true
    case 'list':
      return Array.isArray(value) && value.length > 0
    case 'range':
      return Array.isArray(value) && value.length === 2 && value.every((end) => end !== '')
    case 'one':
    case 'days':
    case 'message':
    case 'segment':
      return value !== undefined && value !== ''
  }
}

function emptyValue(operator: SegmentOperator): Draft['value'] {
  switch (operatorFacts[operator].kind) {
    case 'none':
    case 'message':
    case 'segment':
      return undefined
    case 'list':
      return []
    case 'range':
      return ['', '']
    case 'days':
      return 7
    case 'one':
      return ''
  }
}
