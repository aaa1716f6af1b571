import type { Content, Overrides } from '@carillon/contract'
import { escapePointer } from './compile-json.ts'
import { hasLiquid } from './liquid.ts'

export interface Text {
  text: string
  pointer: string
}

/** Every text with Liquid, in all languages and for all platforms. MJML is source: what it was made into counts. */
export function findTexts(content: Content, overrides: Overrides): Text[] {
  return [...textsIn(content, '/content'), ...textsIn(overrides, '/overrides')]
}

function* textsIn(value: unknown, pointer: string): Generator<Text> {
  if (typeof value === 'string' && hasLiquid(value)) yield { text: value, pointer }
  if (typeof value !== 'object' || value === null) return
  for (const [key, part] of Object.entries(value))
    if (key !== 'mjml' || !pointer.startsWith('/overrides/email'))
      yield* textsIn(part, `${pointer}/${escapePointer(key)}`)
}
