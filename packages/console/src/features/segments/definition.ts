import type { SegmentDefinition } from '@carillon/contract'

/** Where a definition stops making sense; `at` counts characters from 0. */
export interface DefinitionFault {
  at: number
  detail: string
}

/** What a definition means: conditions by number, joined. */
export type DefinitionTree =
  | { kind: 'condition'; number: number }
  | { kind: 'not'; of: DefinitionTree }
  | { kind: 'all' | 'any'; of: DefinitionTree[] }

interface Token {
  text: string
  at: number
}

interface Reader {
  tokens: readonly Token[]
  next: number
  endAt: number
  numbers: readonly number[]
  leftToRight: boolean
}

/**
 * Reads `all`, `any` or an expression such as `(1 AND 2) OR NOT 3` while it is typed.
 * The server parses it again; this only shows the meaning, or points at the place, without a round trip.
 */
export function parseDefinition(
  definition: string,
  numbers: readonly number[],
  evaluation: SegmentDefinition['evaluation'],
): DefinitionTree | DefinitionFault {
  const keyword = definition.trim().toLowerCase()
  if (keyword === 'all' || keyword === 'any') {
    return { kind: keyword, of: numbers.map((number) => ({ kind: 'condition', number })) }
  }
  const tokens = tokenize(definition)
  if (!Array.isArray(tokens)) return tokens
  const leftToRight = evaluation === 'left_to_right'
  const reader = { tokens, next: 0, endAt: definition.length, numbers, leftToRight }
  const tree = readExpression(reader)
  if (isFault(tree) || reader.next === tokens.length) return tree
  return faultHere(reader, `has “${tokens[reader.next]?.text}” where AND or OR is expected`)
}

export function definitionFault(definition: string, numbers: readonly number[]): DefinitionFault | null {
  const parsed = parseDefinition(definition, numbers, 'standard')
  return isFault(parsed) ? parsed : null
}

export function isFault(parsed: DefinitionTree | DefinitionFault): parsed is DefinitionFault {
  return 'at' in parsed
}

function tokenize(definition: string): Token[] | DefinitionFault {
  const tokens: Token[] = []
  for (const match of definition.matchAll(/\s+|\d+|[()]|[A-Za-z]+|./gs)) {
    const [text] = match
    if (/^\s/.test(text)) continue
    if (!/^(\d+|[()]|and|or|not)$/i.test(text)) {
      return { at: match.index, detail: `has “${text}”; it takes numbers, AND, OR, NOT and parentheses` }
    }
    tokens.push({ text: text.toLowerCase(), at: match.index })
  }
  return tokens
}

/** AND binds before OR, unless the two are of one rank. */
function readExpression(reader: Reader): DefinitionTree | DefinitionFault {
  if (reader.leftToRight) return readChain(reader, ['and', 'or'], () => readOperand(reader))
  return readChain(reader, ['or'], () => readChain(reader, ['and'], () => readOperand(reader)))
}

function readChain(
  reader: Reader,
  words: readonly string[],
  readPart: () => DefinitionTree | DefinitionFault,
): DefinitionTree | DefinitionFault {
  let left = readPart()
  for (;;) {
    const word = reader.tokens[reader.next]?.text ?? ''
    if (isFault(left) || !words.includes(word)) return left
    reader.next += 1
    const right = readPart()
    if (isFault(right)) return right
    left = join(word === 'and' ? 'all' : 'any', left, right)
  }
}

function join(kind: 'all' | 'any', left: DefinitionTree, right: DefinitionTree): DefinitionTree {
  return { kind, of: left.kind === kind ? [...left.of, right] : [left, right] }
}

function readOperand(reader: Reader): DefinitionTree | DefinitionFault {
  const token = reader.tokens[reader.next]
  if (!token) return faultHere(reader, 'ends where a condition number, NOT or ( is expected')
  if (token.text === 'not') {
    reader.next += 1
    const of = readOperand(reader)
    return isFault(of) ? of : { kind: 'not', of }
  }
  if (token.text === '(') return readGroup(reader)
  const number = Number(token.text)
  if (Number.isNaN(number))
    return faultHere(reader, `has “${token.text}” where a condition number is expected`)
  if (!reader.numbers.includes(number))
    return faultHere(reader, `names condition ${token.text}, which is not there`)
  reader.next += 1
  return { kind: 'condition', number }
}

function readGroup(reader: Reader): DefinitionTree | DefinitionFault {
  reader.next += 1
  const inner = readExpression(reader)
  if (isFault(inner)) return inner
  if (reader.tokens[reader.next]?.text !== ')') return faultHere(reader, 'has a ( that is not closed')
  reader.next += 1
  return inner
}

function faultHere({ tokens, next, endAt }: Reader, detail: string): DefinitionFault {
  return { at: tokens[next]?.at ?? endAt, detail }
}
