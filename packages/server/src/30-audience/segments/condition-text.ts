import type { Condition, SegmentOperator } from '@carillon/contract'

const shownValues = 5

/** A condition as a person reads it, such as `country equals "DE"`. */
export function conditionText(condition: Condition, segmentName: (id: string) => string): string {
  const { attribute, operator, value } = condition
  const text = sentences[operator](value, segmentName)
  return attribute === undefined ? text : `${attribute} ${text}`
}

type Value = Condition['value']
type Sentence = (value: Value, segmentName: (id: string) => string) => string

const with1 =
  (words: string): Sentence =>
  (value) =>
    `${words} ${JSON.stringify(value)}`
const withDays =
  (before: string, after: string): Sentence =>
  (value) =>
    `${before} ${value} ${value === 1 ? 'day' : 'days'}${after}`
const withList =
  (words: string): Sentence =>
  (value) => {
    const all = (value as unknown[]).map((each) => JSON.stringify(each))
    const more = all.length > shownValues ? ` and ${all.length - shownValues} more` : ''
    return `${words} ${all.slice(0, shownValues).join(', ')}${more}`
  }
const withMessage =
  (word: string): Sentence =>
  (value) =>
    value === undefined ? `${word} any message` : `${word} message ${value}`

const sentences: Record<SegmentOperator, Sentence> = {
  equals: with1('equals'),
  not_equals: with1('does not equal'),
  contains: with1('contains'),
  not_contains: with1('does not contain'),
  greater: with1('is greater than'),
  less: with1('is less than'),
  between: (value) => `is between ${(value as unknown[]).map((each) => JSON.stringify(each)).join(' and ')}`,
  in: withList('is one of'),
  not_in: withList('is none of'),
  exists: () => 'exists',
  not_exists: () => 'does not exist',
  before: with1('is before'),
  after: with1('is after'),
  within_last_days: withDays('within last', ''),
  more_than_days_ago: withDays('more than', ' ago'),
  within_next_days: withDays('within next', ''),
  received: withMessage('received'),
  opened: withMessage('opened'),
  clicked: withMessage('clicked'),
  in_segment: (value, segmentName) => `in segment ${JSON.stringify(segmentName(String(value)))}`,
}
