/** Where a definition stops making sense; `at` counts characters from 0. */
export interface DefinitionFault {
  at: number
  detail: string
}

interface Token {
  text: string
  at: number
}

/**
 * Checks `all`, `any` or an expression such as `(1 AND 2) OR NOT 3` while it is typed.
 * The server parses it again; this only points at the place without a round trip.
 */
export function definitionFault(definition: string, numbers: readonly number[]): DefinitionFault | null {
  if (/^\s*(all|any)\s*$/i.test(definition)) return null
  const tokens = tokenize(definition)
  if (!Array.isArray(tokens)) return tokens
  let next = 0
  const peek = () => tokens[next]
  const fault = (detail: string): DefinitionFault => ({ at: peek()?.at ?? definition.length, detail })

  const expression = (): DefinitionFault | null => {
    for (;;) {
      const wrong = operand()
      if (wrong) return wrong
      if (!/^(and|or)$/i.test(peek()?.text ?? '')) return null
      next++
    }
  }
  const operand = (): DefinitionFault | null => {
    const token = peek()
    if (!token) return fault('ends where a condition number, NOT or ( is expected')
    if (/^not$/i.test(token.text)) {
      next++
      return operand()
    }
    if (token.text === '(') return group()
    if (!/^\d+$/.test(token.text)) return fault(`has “${token.text}” where a condition number is expected`)
    if (!numbers.includes(Number(token.text)))
      return fault(`names condition ${token.text}, which is not there`)
    next++
    return null
  }
  const group = (): DefinitionFault | null => {
    next++
    const wrong = expression()
    if (wrong) return wrong
    if (peek()?.text !== ')') return fault('has a ( that is not closed')
    next++
    return null
  }

  const wrong = expression()
  if (wrong) return wrong
  return next < tokens.length ? fault(`has “${peek()?.text}” where AND or OR is expected`) : null
}

function tokenize(definition: string): Token[] | DefinitionFault {
  const tokens: Token[] = []
  for (const match of definition.matchAll(/\s+|\d+|[()]|[A-Za-z]+|./gs)) {
    const [text] = match
    if (/^\s/.test(text)) continue
    if (!/^(\d+|[()]|and|or|not)$/i.test(text)) {
      return { at: match.index, detail: `has “${text}”; it takes numbers, AND, OR, NOT and parentheses` }
    }
    tokens.push({ text, at: match.index })
  }
  return tokens
}
