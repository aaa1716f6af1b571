import { describe, expect, it } from 'vitest'
import { definitionFault } from './definition.ts'

const numbers = [1, 2, 3]

describe('a segment definition', () => {
  it.each(['all', 'ANY', '1', '(1 AND 2) OR NOT 3', 'not (1 or (2 and not 3))', '1AND 2'])(
    'accepts %s',
    (definition) => {
      expect(definitionFault(definition, numbers)).toBeNull()
    },
  )

  it.each([
    ['1 AND', 5, 'ends where'],
    ['', 0, 'ends where'],
    ['(1 OR 2', 7, 'not closed'],
    ['1 2', 2, 'AND or OR'],
    ['1 AND 9', 6, 'not there'],
    ['1 XOR 2', 2, 'XOR'],
    ['1) OR 2', 1, 'AND or OR'],
    ['1 AND OR 2', 6, 'condition number'],
  ])('points into %j at %i', (definition, at, words) => {
    const fault = definitionFault(definition, numbers)
    expect(fault?.at).toBe(at)
    expect(fault?.detail).toContain(words)
  })
})
