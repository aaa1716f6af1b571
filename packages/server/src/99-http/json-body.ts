import type { FastifyRequest } from 'fastify'
import { Problem } from '../00-kernel/index.ts'

/** Parses a body. What no database can store as text (NUL, lone surrogates) is refused here, for all routes. */
export async function parseJsonBody(_request: FastifyRequest, text: string): Promise<unknown> {
  if (text === '') return undefined
  const body = parse(text)
  refuseOdd(body)
  // Most bodies hold no escape that could matter, so the walk is rare.
  const pointer = /\\u0000|\\ud[89a-f]/i.test(text) || !text.isWellFormed() ? badText(body, '') : null
  if (pointer === null) return body
  throw new Problem('invalid_request', {
    errors: [{ pointer, code: 'invalid_text', detail: 'holds a NUL or half a surrogate pair' }],
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Problem('malformed_json', { detail: (error as Error).message.toWellFormed() })
  }
}

/** Whoever walks a body by recursion, the database among them, has a stack that ends. */
const maxDepth = 100

function refuseOdd(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null) return
  if (depth === maxDepth)
    throw new Problem('malformed_json', { detail: `The body nests more than ${maxDepth} levels deep.` })
  if (Object.hasOwn(value, '__proto__'))
    throw new Problem('malformed_json', { detail: 'The name __proto__ is not taken.' })
  for (const child of Object.values(value)) refuseOdd(child, depth + 1)
}

export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

function badText(value: unknown, pointer: string): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : pointer
  if (typeof value !== 'object' || value === null) return null
  for (const [key, child] of Object.entries(value)) {
    const place = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (!isStorable(key)) return `${pointer}/`
    const found = badText(child, place)
    if (found !== null) return found
  }
  return null
}
