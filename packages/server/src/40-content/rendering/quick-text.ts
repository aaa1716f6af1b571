import { hasLiquid, type Names } from './liquid.ts'

/** `{{ user.first_name }}` or `{{ user.first_name | default: 'friend' }}`: most of what is ever written. */
const plainOutput =
  /\{\{\s*(user|app|message|variables)((?:\.[A-Za-z_]\w*)+)\s*(?:\|\s*default:\s*(?:"([^"\\{}]*)"|'([^'\\{}]*)')\s*)?\}\}/g

/** Words that Liquid computes instead of looking them up. */
const computed = new Set(['size', 'first', 'last'])

type Root = Exclude<keyof Names, 'unsubscribe_url' | 'pass_url'>

interface Slot {
  root: Root
  path: readonly string[]
  fallback: string | undefined
  /** The constant text after the slot. */
  after: string
}

/**
 * A renderer for texts that only look values up, ten times as fast as Liquid; null for any other text. The
 * renderer gives undefined where Liquid has to decide: for a missing value, a list, an object. Whatever is put in
 * passes `escaped`.
 */
export function quickText(
  text: string,
  escaped = (value: string) => value,
): ((names: Partial<Names>) => string | undefined) | null {
  const matches = [...text.matchAll(plainOutput)]
  const slots = matches.map((match, i) => slotOf(match, text.slice(endOf(match), matches[i + 1]?.index)))
  const before = text.slice(0, matches[0]?.index)
  const constants = [before, ...slots.map(({ after }) => after)]
  // A brace before an output belongs to the output.
  if (constants.some((part) => hasLiquid(part) || part.endsWith('{'))) return null
  if (slots.some(({ path }) => path.some((word) => computed.has(word)))) return null
  return (names) => {
    let out = before
    for (const slot of slots) {
      const value = lookUp(slot, names)
      if (value === undefined) return undefined
      out += escaped(value) + slot.after
    }
    return out.toWellFormed()
  }
}

function slotOf([, root, path = '', double, single]: RegExpExecArray, after: string): Slot {
  return { root: root as Root, path: path.slice(1).split('.'), fallback: double ?? single, after }
}

function endOf(match: RegExpExecArray): number {
  return match.index + match[0].length
}

function lookUp({ root, path, fallback }: Slot, names: Partial<Names>): string | undefined {
  let value: unknown = names[root]
  for (const word of path) {
    if (value === undefined || value === null) return fallback
    if (typeof value !== 'object' || Array.isArray(value)) return undefined
    value = Object.hasOwn(value, word) ? (value as Record<string, unknown>)[word] : undefined
  }
  if (value === undefined || value === null) return fallback
  if (fallback !== undefined && (value === '' || value === false)) return fallback
  return typeof value === 'object' ? undefined : String(value)
}
