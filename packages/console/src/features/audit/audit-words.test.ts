import { describe, expect, it } from 'vitest'
import { actionChoices, actionWords, filterOf } from './audit-words.ts'

describe('the words of the audit', () => {
  it('reads operations as sentences begin', () => {
    expect(actionWords('patchUser')).toBe('Change user')
    expect(actionWords('putSettings')).toBe('Change settings')
    expect(actionWords('changeReconciliationKey')).toBe('Change reconciliation key')
  })

  it('offers what can be told of, and no reading', () => {
    const offered = actionChoices().map(({ value }) => value)
    expect(offered).toEqual(expect.arrayContaining(['createMessage', 'deleteKey', 'signIn']))
    expect(offered).not.toEqual(expect.arrayContaining(['listUsers']))
    expect(offered).not.toContain('estimateSegment')
  })

  it('asks from the start of the first day to the end of the last', () => {
    const { from, to } = filterOf({ from: '2026-01-31', to: '2026-01-31' })
    expect(from).toBe(new Date(2026, 0, 31).toISOString())
    expect(to).toBe(new Date(2026, 1, 1).toISOString())
    expect(filterOf({ from: 'soon' }).from).toBeUndefined()
  })
})
