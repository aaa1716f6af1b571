import type { SegmentDefinition } from '@carillon/contract'
import { type DefinitionFault, type DefinitionWord, splitDefinition } from './definition-words.ts'

/** What a definition means: conditions by number, joined. `all` of nothing is true, `any` of nothing is false. */
export type DefinitionTree =
  | { kind: 'condition'; number: number }
  | { kind: 'not'; of: DefinitionTree }
  | { kind: 'all' | 'any'; of: DefinitionTree[] }

export type ParsedDefinition = { tree: DefinitionTree } | { fault: DefinitionFault }

/** Parentheses and NOTs within each other; a limit for people, and for the stacks of parsers further on. */
const maxNesting = 50

interface Reader {
  words: DefinitionWord[]
  at: number
  numbers: ReadonlySet<number>
  leftToRight: boolean
}

/**
 * Reads `all`, `any` or an expression over condition numbers. Standard evaluation binds NOT, then AND, then OR;
 * `left_to_right` gives AND and OR one rank, and NOT still binds to what follows it. A condition that the
 * definition leaves out is no fault.
 */
export function parseDefinition({
  definition,
  evaluation,
  conditions,
}: Pick<SegmentDefinition, 'definition' | 'evaluation' | 'conditions'>): ParsedDefinition {
  const keyword = definition.trim().toLowerCase()
  const numbers = conditions.map(({ number }) => number)
  if (keyword === 'all' || keyword === 'any') {
    return { tree: { kind: keyword, of: numbers.map((number) => ({ kind: 'condition', number })) } }
  }
  const words = splitDefinition(definition)
  if (!Array.isArray(words)) return { fault: words }
  const reader = { words, at: 0, numbers: new Set(numbers), leftToRight: evaluation === 'left_to_right' }
  try {
    return { tree: readWhole(reader) }
  } catch (error) {
    if (error instanceof Unreadable) return { fault: error.fault }
    throw error
  }
}

/** Never leaves this file: it only climbs out of the descent. */
class Unreadable extends Error {
  readonly fault: DefinitionFault
  constructor(fault: DefinitionFault) {
    super(fault.detail)
    this.fault = fault
  }
}

function readWhole(reader: Reader): DefinitionTree {
  const first = peek(reader)
  if (first.kind === 'end') throw unreadable('empty', first, 'the definition is empty')
  const tree = readExpression(reader, 0)
  const rest = peek(reader)
  if (rest.kind === 'close')
    throw unreadable('missing_parenthesis', rest, `")" ${place(rest)} closes nothing that was opened`)
  if (rest.kind !== 'end')
    throw unreadable('unexpected_word', rest, `expected AND or OR, but found ${named(rest)}`)
  return tree
}

function readExpression(reader: Reader, depth: number): DefinitionTree {
  if (reader.leftToRight) return readChain(reader, ['and', 'or'], () => readFactor(reader, depth))
  return readChain(reader, ['or'], () => readChain(reader, ['and'], () => readFactor(reader, depth)))
}

function readChain(reader: Reader, operators: ('and' | 'or')[], readOperand: () => DefinitionTree) {
  let left = readOperand()
  for (let word = peek(reader); isOneOf(word.kind, operators); word = peek(reader)) {
    reader.at += 1
    left = join(word.kind === 'and' ? 'all' : 'any', left, readOperand())
  }
  return left
}

/** `1 AND 2 AND 3` becomes one node, so that a long definition is not a deep one. */
function join(kind: 'all' | 'any', left: DefinitionTree, right: DefinitionTree): DefinitionTree {
  return { kind, of: left.kind === kind ? [...left.of, right] : [left, right] }
}

function readFactor(reader: Reader, depth: number): DefinitionTree {
  const word = peek(reader)
  if (depth > maxNesting)
    throw unreadable(
      'too_deep',
      word,
      `more than ${maxNesting} parentheses and NOTs lie within each other ${place(word)}`,
    )
  reader.at += 1
  if (word.kind === 'not') return { kind: 'not', of: readFactor(reader, depth + 1) }
  if (word.kind === 'number') return readNumber(reader, word)
  if (word.kind === 'open') return readParenthesis(reader, word, depth + 1)
  throw unreadable(
    'unexpected_word',
    word,
    `expected a condition number, NOT or "(", but found ${named(word)}`,
  )
}

function readNumber(reader: Reader, word: DefinitionWord): DefinitionTree {
  const number = Number(word.text)
  if (reader.numbers.has(number)) return { kind: 'condition', number }
  throw unreadable('unknown_condition', word, `there is no condition ${word.text} (${place(word)})`)
}

function readParenthesis(reader: Reader, open: DefinitionWord, depth: number): DefinitionTree {
  const tree = readExpression(reader, depth)
  const close = peek(reader)
  if (close.kind === 'end')
    throw unreadable('missing_parenthesis', open, `"(" ${place(open)} is never closed`)
  if (close.kind !== 'close')
    throw unreadable('unexpected_word', close, `expected AND, OR or ")", but found ${named(close)}`)
  reader.at += 1
  return tree
}

function peek({ words, at }: Reader): DefinitionWord {
  return words[at] as DefinitionWord
}

function isOneOf(kind: DefinitionWord['kind'], operators: ('and' | 'or')[]): boolean {
  return (operators as string[]).includes(kind)
}

function unreadable(code: DefinitionFault['code'], { position }: DefinitionWord, detail: string): Unreadable {
  return new Unreadable({ code, position, detail })
}

function named(word: DefinitionWord): string {
  return word.kind === 'end' ? 'the end' : `"${word.text}" ${place(word)}`
}

function place({ position }: DefinitionWord): string {
  return `at position ${position}`
}
