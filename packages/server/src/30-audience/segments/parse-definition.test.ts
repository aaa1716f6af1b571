import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DefinitionTree, parseDefinition } from './parse-definition.ts'

type Evaluation = 'standard' | 'left_to_right'
type Truth = Record<number, boolean>

const conditions = Array.from({ length: 9 }, (_, i) => ({ number: i + 1, operator: 'exists' as const }))

function parse(definition: string, evaluation: Evaluation = 'standard') {
  return parseDefinition({ definition, evaluation, conditions })
}

function evaluate(definition: string, truth: Truth, evaluation: Evaluation = 'standard'): boolean {
  const parsed = parse(definition, evaluation)
  if ('fault' in parsed) throw new Error(parsed.fault.detail)
  return isTrue(parsed.tree, truth)
}

function isTrue(tree: DefinitionTree, truth: Truth): boolean {
  switch (tree.kind) {
    case 'condition':
      return truth[tree.number] as boolean
    case 'not':
      return !isTrue(tree.of, truth)
    case 'all':
      return tree.of.every((part) => isTrue(part, truth))
    case 'any':
      return tree.of.some((part) => isTrue(part, truth))
  }
}

function faultOf(definition: string) {
  const parsed = parse(definition)
  if (!('fault' in parsed)) throw new Error(`${definition} was read`)
  return parsed.fault
}

describe('evaluation', () => {
  test('1 OR 2 AND 3 with 1 and 2 true and 3 false is false from left to right and true by precedence', () => {
    const truth = { 1: true, 2: true, 3: false }
    expect(evaluate('1 OR 2 AND 3', truth, 'left_to_right')).toBe(false)
    expect(evaluate('1 OR 2 AND 3', truth, 'standard')).toBe(true)
  })

  test('parentheses come first in both', () => {
    const truth = { 1: true, 2: true, 3: false }
    expect(evaluate('1 OR (2 AND 3)', truth, 'left_to_right')).toBe(true)
    expect(evaluate('(1 OR 2) AND 3', truth, 'standard')).toBe(false)
  })

  test('NOT binds to what follows it in both', () => {
    for (const evaluation of ['standard', 'left_to_right'] as const) {
      expect(evaluate('NOT 1 OR 2', { 1: true, 2: true }, evaluation)).toBe(true)
      expect(evaluate('NOT (1 OR 2)', { 1: false, 2: true }, evaluation)).toBe(false)
      expect(evaluate('NOT NOT 1', { 1: true }, evaluation)).toBe(true)
    }
  })

  test('words are read in any case, with any white space or none', () => {
    expect(evaluate(' (1aNd\t2)\nOr noT(3) ', { 1: false, 2: true, 3: false })).toBe(true)
  })

  test('all and any join every condition; of none, all is true and any is false', () => {
    const some = { 1: true, 2: false, 3: true, 4: true, 5: true, 6: true, 7: true, 8: true, 9: true }
    expect(evaluate(' ALL ', some)).toBe(false)
    expect(evaluate('any', some)).toBe(true)
    const empty = { evaluation: 'standard', conditions: [] } as const
    expect(parseDefinition({ ...empty, conditions: [], definition: 'all' })).toEqual({
      tree: { kind: 'all', of: [] },
    })
    expect(parseDefinition({ ...empty, conditions: [], definition: 'any' })).toEqual({
      tree: { kind: 'any', of: [] },
    })
  })

  test('by precedence, any expression is what the same JavaScript expression is', () => {
    fc.assert(
      fc.property(expressions, truths, (definition, truth) => {
        expect(evaluate(definition, truth, 'standard')).toBe(asJavaScript(definition, truth))
      }),
      { numRuns: 500 },
    )
  })

  test('from left to right, any expression is what rewriting it step by step gives', () => {
    fc.assert(
      fc.property(expressions, truths, (definition, truth) => {
        expect(evaluate(definition, truth, 'left_to_right')).toBe(rewritten(definition, truth))
      }),
      { numRuns: 500 },
    )
  })
})

const truths = fc
  .array(fc.boolean(), { minLength: 9, maxLength: 9 })
  .map((values): Truth => Object.fromEntries(values.map((value, i) => [i + 1, value])))

const { expression: expressions } = fc.letrec<{ expression: string; factor: string }>((tie) => ({
  expression: fc
    .tuple(tie('factor'), fc.array(fc.tuple(fc.constantFrom('AND', 'OR', 'and', 'Or'), tie('factor'))))
    .map(([first, rest]) => [first, ...rest.flat()].join(' ')),
  factor: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.integer({ min: 1, max: 9 }).map(String),
    tie('factor').map((factor) => `NOT ${factor}`),
    tie('expression').map((expression) => `(${expression})`),
  ),
}))

/** JavaScript's own ranks of !, && and || are those of NOT, AND and OR. */
function asJavaScript(definition: string, truth: Truth): boolean {
  const source = definition
    .replace(/\d/g, (digit) => String(truth[Number(digit)]))
    .replace(/and/gi, '&&')
    .replace(/\bor\b/gi, '||')
    .replace(/NOT/g, '!')
  return new Function(`return ${source}`)() as boolean
}

/** Knows no grammar: rewrites the first thing that can be worked out until one letter is left. */
function rewritten(definition: string, truth: Truth): boolean {
  let text = definition.replace(/\d/g, (digit) => (truth[Number(digit)] ? 'T' : 'F')).replace(/\s/g, '')
  text = text.replace(/AND/gi, '&').replace(/NOT/gi, '!').replace(/OR/gi, '|')
  for (let before = ''; before !== text; ) {
    before = text
    text = text.replace(/\(([TF])\)/g, '$1').replace(/!([TF])/g, (_, it) => (it === 'T' ? 'F' : 'T'))
    text = text.replace(/(^|\()([TF])([&|])([TF])/, (_, open, left, operator, right) => {
      const both = [left, right]
      const isTrue = operator === '&' ? both.every((it) => it === 'T') : both.includes('T')
      return open + (isTrue ? 'T' : 'F')
    })
  }
  return text === 'T'
}

describe('faults', () => {
  test.each([
    ['', 'empty', 0],
    ['   ', 'empty', 3],
    ['1 && 2', 'unknown_character', 2],
    ['1 AND #', 'unknown_character', 6],
    ['1 AND 2 – 3', 'unknown_character', 8],
    ['1 XOR 2', 'unexpected_word', 2],
    ['all AND 1', 'unexpected_word', 0],
    ['1 2', 'unexpected_word', 2],
    ['1 AND', 'unexpected_word', 5],
    ['AND 1', 'unexpected_word', 0],
    ['1 OR OR 2', 'unexpected_word', 5],
    ['1 NOT 2', 'unexpected_word', 2],
    ['()', 'unexpected_word', 1],
    ['(1 2)', 'unexpected_word', 3],
    ['(1 OR 2', 'missing_parenthesis', 0],
    ['1 AND (2 OR (3 AND 4)', 'missing_parenthesis', 6],
    ['1 OR 2)', 'missing_parenthesis', 6],
    ['1 AND 12', 'unknown_condition', 6],
    ['0', 'unknown_condition', 0],
    ['99999999999999999999999', 'unknown_condition', 0],
  ])('%j is refused as %s at position %i', (definition, code, position) => {
    expect(faultOf(definition)).toMatchObject({ code, position })
  })

  test('a fault says in a sentence what was expected', () => {
    expect(faultOf('1 AND OR 2').detail).toBe(
      'expected a condition number, NOT or "(", but found "OR" at position 6',
    )
    expect(faultOf('1 AND').detail).toBe('expected a condition number, NOT or "(", but found the end')
  })

  test('fifty parentheses or NOTs lie within each other, not fifty-one', () => {
    const nested = (depth: number) => `${'('.repeat(depth)}1${')'.repeat(depth)}`
    expect(evaluate(nested(50), { 1: true })).toBe(true)
    expect(faultOf(nested(51))).toMatchObject({ code: 'too_deep', position: 51 })
    expect(evaluate(`${'NOT '.repeat(50)}1`, { 1: true })).toBe(true)
    expect(faultOf('NOT '.repeat(51))).toMatchObject({ code: 'too_deep' })
    expect(faultOf('('.repeat(4_000))).toMatchObject({ code: 'too_deep' })
  })

  test('conditions that the definition leaves out are no fault', () => {
    expect(parse('2')).toEqual({ tree: { kind: 'condition', number: 2 } })
  })
})
