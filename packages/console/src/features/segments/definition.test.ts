import { describe, expect, it } from 'vitest'
import { type DefinitionTree, definitionFault, isFault, parseDefinition } from './definition.ts'

const numbers = [1, 2, 3]

describe('a segment definition', () => {
  it.each([
    'all',
    'ANY',
    '1',
    '(1 AND 2) OR NOT 3',
    'not (1 or (2 and not 3))',
    '1AND 2',
  ])('accepts %s', (definition) => {
    expect(definitionFault(definition, numbers)).toBeNull()
  })

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

describe('the meaning of a definition', () => {
  it.each([
    ['1 OR 2 AND 3', 'standard', 'any(1 all(2 3))'],
    ['1 OR 2 AND 3', 'left_to_right', 'all(any(1 2) 3)'],
    ['1 AND 2 AND 3', 'standard', 'all(1 2 3)'],
    ['NOT 1 OR NOT (2 AND 3)', 'standard', 'any(not(1) not(all(2 3)))'],
    ['1 OR (2 AND 3)', 'left_to_right', 'any(1 all(2 3))'],
    ['any', 'standard', 'any(1 2 3)'],
  ] as const)('of %j, evaluated %s, is %s', (definition, evaluation, meaning) => {
    const tree = parseDefinition(definition, numbers, evaluation)
    expect(isFault(tree) ? tree : shown(tree)).toBe(meaning)
  })
})

function shown(tree: DefinitionTree): string {
  if (tree.kind === 'condition') return String(tree.number)
  return `${tree.kind}(${[tree.of].flat().map(shown).join(' ')})`
}
