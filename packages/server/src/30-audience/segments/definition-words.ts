export interface DefinitionWord {
  kind: 'number' | 'and' | 'or' | 'not' | 'open' | 'close' | 'end'
  text: string
  /** UTF-16 units from the start of the definition. */
  position: number
}

export interface DefinitionFault {
  code:
    | 'empty'
    | 'unknown_character'
    | 'unexpected_word'
    | 'missing_parenthesis'
    | 'unknown_condition'
    | 'too_deep'
  position: number
  detail: string
}

const kinds: Record<string, DefinitionWord['kind']> = {
  AND: 'and',
  OR: 'or',
  NOT: 'not',
  '(': 'open',
  ')': 'close',
}

/** Splits a definition into words, closed by an `end` word; a fault names the first thing that is no word. */
export function splitDefinition(text: string): DefinitionWord[] | DefinitionFault {
  const words: DefinitionWord[] = []
  for (const match of text.matchAll(/\d+|[A-Za-z]+|[()]|\s+|./gsu)) {
    const found = { text: match[0], position: match.index }
    if (/^\s/u.test(found.text)) continue
    const kind = /^\d/.test(found.text) ? 'number' : kinds[found.text.toUpperCase()]
    if (!kind) return strangeWord(found)
    words.push({ kind, ...found })
  }
  words.push({ kind: 'end', text: '', position: text.length })
  return words
}

function strangeWord({ text, position }: { text: string; position: number }): DefinitionFault {
  return /^[A-Za-z]/.test(text)
    ? {
        code: 'unexpected_word',
        position,
        detail: `"${text}" at position ${position} is not AND, OR, NOT or a condition number`,
      }
    : {
        code: 'unknown_character',
        position,
        detail: `the character "${text}" at position ${position} has no meaning here`,
      }
}
