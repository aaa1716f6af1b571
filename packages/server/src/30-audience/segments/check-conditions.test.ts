import type { Condition } from '@carillon/contract'
import { describe, expect, test } from 'vitest'
import { checkConditions } from './check-conditions.ts'
import type { KnownAttribute } from './known-attributes.ts'

const declared = new Map<string, KnownAttribute>([
  ['city', { type: 'string', values: null }],
  ['age', { type: 'number', values: null }],
  ['vip', { type: 'boolean', values: null }],
  ['born', { type: 'date', values: null }],
  ['plan', { type: 'picklist', values: ['free', 'pro'] }],
])

function faults(...conditions: Omit<Condition, 'number'>[]) {
  return checkConditions(
    conditions.map((condition, i) => ({ number: i + 1, ...condition })),
    declared,
  )
}

describe('declared attributes', () => {
  test.each<Omit<Condition, 'number'>>([
    { attribute: 'city', operator: 'equals', value: 'Rome' },
    { attribute: 'city', operator: 'contains', value: 'o' },
    { attribute: 'city', operator: 'exists' },
    { attribute: 'age', operator: 'greater', value: 17.5 },
    { attribute: 'age', operator: 'between', value: [18, 18] },
    { attribute: 'age', operator: 'in', value: [1, 2] },
    { attribute: 'vip', operator: 'equals', value: true },
    { attribute: 'born', operator: 'before', value: '2000-01-01' },
    { attribute: 'born', operator: 'less', value: '2000-01-01T00:00:00Z' },
    { attribute: 'born', operator: 'between', value: ['2000-01-01', '2000-12-31'] },
    { attribute: 'born', operator: 'within_last_days', value: 0 },
    { attribute: 'plan', operator: 'in', value: ['free', 'pro'] },
    { attribute: 'plan', operator: 'contains', value: 'r' },
  ])('$attribute $operator $value is taken', (condition) => {
    expect(faults(condition)).toEqual([])
  })

  test.each<[Omit<Condition, 'number'>, string]>([
    [{ attribute: 'city', operator: 'greater', value: 1 }, '/conditions/0/operator'],
    [{ attribute: 'city', operator: 'before', value: '2000-01-01' }, '/conditions/0/operator'],
    [{ attribute: 'age', operator: 'contains', value: '1' }, '/conditions/0/operator'],
    [{ attribute: 'vip', operator: 'between', value: [1, 2] }, '/conditions/0/operator'],
    [{ attribute: 'plan', operator: 'less', value: 1 }, '/conditions/0/operator'],
    [{ attribute: 'city', operator: 'equals', value: 7 }, '/conditions/0/value'],
    [{ attribute: 'age', operator: 'equals', value: '7' }, '/conditions/0/value'],
    [{ attribute: 'vip', operator: 'equals', value: 'true' }, '/conditions/0/value'],
    [{ attribute: 'born', operator: 'equals', value: '2023-02-29' }, '/conditions/0/value'],
    [{ attribute: 'born', operator: 'before', value: '01/31/2026' }, '/conditions/0/value'],
    [{ attribute: 'born', operator: 'after', value: '2026-01-31T08:00:00' }, '/conditions/0/value'],
    [{ attribute: 'plan', operator: 'equals', value: 'gold' }, '/conditions/0/value'],
    [{ attribute: 'plan', operator: 'in', value: ['pro', 'gold'] }, '/conditions/0/value/1'],
    [{ attribute: 'age', operator: 'in', value: [1, '2', 3] }, '/conditions/0/value/1'],
    [{ attribute: 'born', operator: 'in', value: ['2000-01-01'] }, '/conditions/0/operator'],
    [{ attribute: 'age', operator: 'in', value: 1 }, '/conditions/0/value'],
    [{ attribute: 'age', operator: 'in', value: [] }, '/conditions/0/value'],
    [{ attribute: 'age', operator: 'equals', value: [1] }, '/conditions/0/value'],
    [{ attribute: 'age', operator: 'equals' }, '/conditions/0/value'],
    [{ attribute: 'age', operator: 'between', value: [2, 1] }, '/conditions/0/value'],
    [{ attribute: 'age', operator: 'between', value: [1, 2, 3] }, '/conditions/0/value'],
    [{ attribute: 'born', operator: 'between', value: ['2001-01-01', '2000-01-01'] }, '/conditions/0/value'],
    [{ attribute: 'born', operator: 'within_next_days', value: 1.5 }, '/conditions/0/value'],
    [{ attribute: 'born', operator: 'within_last_days', value: -1 }, '/conditions/0/value'],
    [{ attribute: 'born', operator: 'more_than_days_ago', value: '7' }, '/conditions/0/value'],
    [{ attribute: 'born', operator: 'more_than_days_ago', value: 36_501 }, '/conditions/0/value'],
    [{ attribute: 'city', operator: 'exists', value: true }, '/conditions/0/value'],
    [{ attribute: 'city', operator: 'contains', value: '' }, '/conditions/0/value'],
    [{ operator: 'equals', value: 1 }, '/conditions/0/attribute'],
    [{ operator: 'exists' }, '/conditions/0/attribute'],
  ])('%j is refused at %s', (condition, pointer) => {
    expect(faults(condition).map((fault) => fault.pointer)).toEqual([pointer])
  })
})

describe('attributes that nobody declared', () => {
  test('take the type of the value', () => {
    const attribute = 'unheard_of'
    expect(faults({ attribute, operator: 'equals', value: 'x' })).toEqual([])
    expect(faults({ attribute, operator: 'greater', value: 1 })).toEqual([])
    expect(faults({ attribute, operator: 'greater', value: '2026-01-01' })).toEqual([])
    expect(faults({ attribute, operator: 'in', value: ['x', 1, true] })).toEqual([])
  })

  test('are refused a value that the operator cannot compare', () => {
    const attribute = 'unheard_of'
    expect(faults({ attribute, operator: 'greater', value: 'x' })[0]?.detail).toBe(
      'is not a number or a date such as 2026-01-31 or 2026-01-31T08:00:00Z',
    )
    expect(faults({ attribute, operator: 'contains', value: 1 })[0]?.detail).toBe('is not a text')
    expect(faults({ attribute, operator: 'between', value: [1, '2026-01-01'] })).toHaveLength(1)
  })
})

describe('behaviour and segments', () => {
  test('a behaviour takes a message or nothing, and no attribute', () => {
    expect(faults({ operator: 'opened' }, { operator: 'clicked', value: 'an id' })).toEqual([])
    expect(faults({ operator: 'opened', attribute: 'city' })[0]?.pointer).toBe('/conditions/0/attribute')
    expect(faults({ operator: 'received', value: ['an id'] })[0]?.pointer).toBe('/conditions/0/value')
  })

  test('in_segment takes a segment, and no attribute', () => {
    expect(faults({ operator: 'in_segment' })[0]?.pointer).toBe('/conditions/0/value')
    expect(faults({ operator: 'in_segment', value: 'an id', attribute: 'city' })[0]?.pointer).toBe(
      '/conditions/0/attribute',
    )
  })
})

test('two conditions of one number are refused at the second', () => {
  const conditions: Condition[] = [3, 1, 3].map((number) => ({
    number,
    attribute: 'city',
    operator: 'exists',
  }))
  expect(checkConditions(conditions, declared)).toEqual([
    { pointer: '/conditions/2/number', code: 'duplicate', detail: 'there is another condition 3' },
  ])
})
