import type { TokenShelf } from '../channel.ts'

/** A shelf for tests, without a database. */
export function createMemoryShelf(): TokenShelf {
  const kept = new Map<string, { token: string; issuedAtMs: number }>()
  return {
    keep: async (name, notBeforeMs, make) => {
      const known = kept.get(name)
      if (known && known.issuedAtMs >= notBeforeMs) return known
      const made = make()
      kept.set(name, made)
      return made
    },
  }
}
