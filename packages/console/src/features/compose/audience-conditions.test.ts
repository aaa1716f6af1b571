import { SegmentDefinition } from '@carillon/contract'
import { describe, expect, it } from 'vitest'
import { emptyComposeDraft } from './compose-draft.ts'
import { audienceConditions } from './use-audience-estimate.ts'

const { audience } = emptyComposeDraft('UTC')

describe('an audience as conditions to count', () => {
  it('is everybody without a condition', () => {
    expect(audienceConditions(audience)).toEqual({ conditions: [], definition: 'all' })
  })

  it('takes those in any of the segments and in none of the excluded ones', () => {
    const conditions = audienceConditions({
      ...audience,
      family: 'segments',
      segmentIds: ['a', 'b'],
      excludedSegmentIds: ['c', 'd'],
    })
    expect(conditions?.definition).toBe('(1 OR 2) AND NOT (3 OR 4)')
    expect(SegmentDefinition.parse(conditions).conditions.map(({ value }) => value)).toEqual([
      'a',
      'b',
      'c',
      'd',
    ])
  })

  it('leaves the excluded segments out of everybody and of people by an attribute as well', () => {
    const excluding = { ...audience, excludedSegmentIds: ['c'] }
    expect(audienceConditions(excluding)).toEqual({
      conditions: [{ number: 1, operator: 'in_segment', value: 'c' }],
      definition: 'NOT (1)',
    })
    const byEmail = audienceConditions({ ...excluding, family: 'users_by', values: ['a@example.com'] })
    expect(byEmail?.definition).toBe('(1) AND NOT (2)')
  })

  it('cannot say people and devices that are picked one by one', () => {
    expect(audienceConditions({ ...audience, family: 'users', userIds: ['u'] })).toBeNull()
    expect(audienceConditions({ ...audience, family: 'subscriptions', subscriptionIds: ['s'] })).toBeNull()
  })
})
