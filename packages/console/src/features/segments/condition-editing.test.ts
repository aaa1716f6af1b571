import { describe, expect, it } from 'vitest'
import {
  addCondition,
  behaviour,
  conditionType,
  isComplete,
  removeCondition,
  typedValue,
  withAttribute,
  withOperator,
} from './condition-editing.ts'

describe('editing conditions', () => {
  it('never gives a number twice, so that a definition keeps its meaning', () => {
    const three = addCondition(addCondition(addCondition([], 'city'), 'age'), 'vip')
    const without = removeCondition(three, 2)
    expect(addCondition(without, 'email').map(({ number }) => number)).toEqual([1, 3, 4])
  })

  it('takes the type that the operator needs where the attribute was seen with another', () => {
    const older = { number: 1, attribute: 'age', operator: 'greater', value: 30 } as const
    expect(conditionType(older, { type: 'string' })).toBe('number')
    expect(conditionType({ ...older, operator: 'equals' }, { type: 'string' })).toBe('string')
    expect(conditionType({ number: 1, operator: 'opened' }, undefined)).toBe('string')
  })

  it('keeps the operator that the new attribute allows and takes another otherwise', () => {
    const contains = { number: 1, attribute: 'city', operator: 'contains', value: 'x' } as const
    expect(withAttribute(contains, 'email', 'string').operator).toBe('contains')
    expect(withAttribute(contains, 'age', 'number').operator).toBe('equals')
  })

  it('names no attribute when it looks at what a person did', () => {
    const condition = withAttribute(
      { number: 1, attribute: 'city', operator: 'equals', value: 'x' },
      behaviour,
      'string',
    )
    expect(condition).not.toHaveProperty('attribute')
    expect(isComplete(condition)).toBe(false)
    expect(isComplete({ ...condition, value: 'a-message' })).toBe(true)
  })

  it('keeps a value only for an operator of the same kind', () => {
    const equals = { number: 1, attribute: 'age', operator: 'equals', value: 30 } as const
    expect(withOperator(equals, 'greater').value).toBe(30)
    expect(withOperator(equals, 'in').value).toEqual([])
    expect(isComplete(withOperator(equals, 'between'))).toBe(false)
    expect(isComplete(withOperator(equals, 'exists'))).toBe(true)
  })

  it('sends numbers and truth values as such', () => {
    expect(typedValue('12', 'number')).toBe(12)
    expect(typedValue('', 'number')).toBe('')
    expect(typedValue('true', 'boolean')).toBe(true)
    expect(typedValue('12', 'string')).toBe('12')
  })
})
