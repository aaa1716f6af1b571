import type { AttributeType, Condition, ProblemPlace } from '@carillon/contract'
import { kindOfDate } from './date-text.ts'
import type { KnownAttribute } from './known-attributes.ts'
import { type OperatorRule, operatorRules } from './operators.ts'

/** A century: enough for any birthday, and within what dates can hold. */
const maxDays = 36_500

type AttributeRule = Extract<OperatorRule, { on: 'attribute' }>
interface Fault {
  at: 'number' | 'attribute' | 'operator' | 'value' | `value/${number}`
  code: string
  detail: string
}

/**
 * What is wrong with the conditions by themselves. An attribute that is not declared takes the type of the
 * value. Whether named messages and segments exist is for `check-definition.ts`.
 */
export function checkConditions(
  conditions: readonly Condition[],
  attributes: ReadonlyMap<string, KnownAttribute>,
): ProblemPlace[] {
  const numbers = new Set<number>()
  return conditions.flatMap((condition, i) => {
    const faults = checkCondition(condition, attributes)
    if (numbers.has(condition.number))
      faults.unshift({
        at: 'number',
        code: 'duplicate',
        detail: `there is another condition ${condition.number}`,
      })
    numbers.add(condition.number)
    return faults.map(({ at, code, detail }) => ({ pointer: `/conditions/${i}/${at}`, code, detail }))
  })
}

function checkCondition(condition: Condition, attributes: ReadonlyMap<string, KnownAttribute>): Fault[] {
  const { operator, attribute: name } = condition
  const rule = operatorRules[operator]
  if (rule.on !== 'attribute') return checkNaming(condition, rule)
  if (name === undefined)
    return [{ at: 'attribute', code: 'required', detail: `${operator} needs an attribute` }]
  const attribute = attributes.get(name)
  if (attribute && !rule.types.includes(attribute.type)) {
    const detail = `${operator} does not apply to ${name}, which is a ${attribute.type}`
    return [{ at: 'operator', code: 'wrong_type', detail }]
  }
  return checkValue(condition, rule, attribute)
}

function checkNaming({ operator, attribute, value }: Condition, rule: OperatorRule): Fault[] {
  const faults: Fault[] = []
  if (attribute !== undefined)
    faults.push({ at: 'attribute', code: 'unknown_field', detail: `${operator} takes no attribute` })
  if (rule.on === 'message' && value === undefined) return faults
  if (typeof value !== 'string')
    faults.push({ at: 'value', code: 'wrong_type', detail: `${operator} takes the id of a ${rule.on}` })
  return faults
}

function checkValue(
  { operator, value }: Condition,
  rule: AttributeRule,
  attribute: KnownAttribute | undefined,
): Fault[] {
  const wrong = (detail: string): Fault[] => [{ at: 'value', code: 'wrong_value', detail }]
  const check = (each: unknown) => checkScalar(each, operator, rule, attribute)
  switch (rule.value) {
    case 'none':
      return value === undefined ? [] : wrong(`${operator} takes no value`)
    case 'days':
      return isDayCount(value)
        ? []
        : wrong(`${operator} takes a whole number of days from 0 to ${maxDays.toLocaleString('en')}`)
    case 'one': {
      const detail = check(value)
      return detail ? wrong(detail) : []
    }
    case 'list':
    case 'pair': {
      if (!Array.isArray(value) || value.length === 0) return wrong(`${operator} takes a list of values`)
      if (rule.value === 'pair' && value.length !== 2)
        return wrong(`${operator} takes two values: [low, high]`)
      const faults = value.flatMap((each, i): Fault[] => {
        const detail = check(each)
        return detail ? [{ at: `value/${i}`, code: 'wrong_value', detail }] : []
      })
      if (faults.length > 0 || rule.value === 'list') return faults
      return isOrdered(value) ? [] : wrong(`${operator} takes two values of one kind, the lower one first`)
    }
  }
}

function checkScalar(
  value: unknown,
  operator: string,
  rule: AttributeRule,
  attribute: KnownAttribute | undefined,
): string | null {
  if (value === undefined || Array.isArray(value)) return `${operator} takes one value`
  const types = attribute ? [attribute.type] : rule.types
  if (!types.some((type) => typeFits[type](value)))
    return `is not ${[...new Set(types.map((type) => typeNames[type]))].join(' or ')}`
  if (operator.endsWith('contains')) return value === '' ? 'is empty, which every text contains' : null
  const choices = attribute?.values
  return choices && !choices.includes(String(value)) ? `is not one of ${choices.join(', ')}` : null
}

const isText = (value: unknown) => typeof value === 'string'
const typeFits: Record<AttributeType, (value: unknown) => boolean> = {
  string: isText,
  picklist: isText,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  date: (value) => kindOfDate(value) !== null,
}

const typeNames: Record<AttributeType, string> = {
  string: 'a text',
  picklist: 'a text',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date such as 2026-01-31 or 2026-01-31T08:00:00Z',
}

function isDayCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= maxDays
}

function isOrdered([low, high]: unknown[]): boolean {
  if (typeof low === 'number' && typeof high === 'number') return low <= high
  return typeof low === typeof high && Date.parse(String(low)) <= Date.parse(String(high))
}
