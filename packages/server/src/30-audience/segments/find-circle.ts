import type { Condition } from '@carillon/contract'

interface Node {
  name: string
  conditions: unknown[]
}

/** The names on a way from one segment back to `target`, or null when there is none. `[]` when it is the target. */
export function findCircle(
  from: string,
  target: string,
  segments: ReadonlyMap<string, Node>,
  seen = new Set<string>(),
): string[] | null {
  if (from === target) return []
  const node = segments.get(from)
  if (!node || seen.has(from)) return null
  seen.add(from)
  for (const { operator, value } of node.conditions as Condition[]) {
    if (operator !== 'in_segment') continue
    const way = findCircle(String(value), target, segments, seen)
    if (way) return [node.name, ...way]
  }
  return null
}
