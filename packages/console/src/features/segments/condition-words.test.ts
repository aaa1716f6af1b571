import { describe, expect, it } from 'vitest'
import { conditionWords } from './condition-words.ts'

describe('a condition in words', () => {
  it.each([
    [{ attribute: 'country', operator: 'in', value: ['DE', 'AT'] }, 'country is one of DE, AT'],
    [{ attribute: 'age', operator: 'between', value: [18, ''] }, 'age is between 18 and …'],
    [{ attribute: 'born', operator: 'within_next_days', value: 7 }, 'born is within the next 7 days'],
    [{ attribute: 'email', operator: 'exists' }, 'email is set'],
    [{ attribute: 'email', operator: 'equals', value: '' }, 'email is …'],
    [{ attribute: 'vip', operator: 'equals', value: false }, 'vip is false'],
    [{ operator: 'opened', value: 'm' }, 'opened the message'],
    [{ operator: 'in_segment', value: 's' }, 'is in segment Regulars'],
  ] as const)('%j reads “%s”', (condition, words) => {
    const value = 'value' in condition && Array.isArray(condition.value) ? [...condition.value] : undefined
    const draft = { number: 1, ...condition, ...(value ? { value } : {}) } as Parameters<
      typeof conditionWords
    >[0]
    expect(conditionWords(draft, new Map([['s', 'Regulars']]))).toBe(words)
  })
})
