import { type Compiled, compileText } from './compile-text.ts'

/** Every string inside `value`, however deep, may be Liquid. Constant parts stay the very same objects. */
export function compileJson(value: unknown, pointer: string): Compiled<unknown> {
  if (typeof value === 'string') return compileText(value, pointer)
  if (typeof value !== 'object' || value === null) return { constant: true, value }
  const parts = Object.entries(value).map(
    ([key, part]) => [key, compileJson(part, `${pointer}/${escapePointer(key)}`)] as const,
  )
  if (parts.every(([, part]) => part.constant)) return { constant: true, value }
  const isList = Array.isArray(value)
  return {
    constant: false,
    render: (scope) => {
      const rendered = parts.map(
        ([key, part]) => [key, part.constant ? part.value : part.render(scope)] as const,
      )
      return isList ? rendered.map(([, part]) => part) : Object.fromEntries(rendered)
    },
  }
}

/** RFC 6901, section 3. */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
