/** Numbers that look like chance and are the same for the same seed. */
export interface Chance {
  /** From 0 to below `limit`. */
  below(limit: number): number
  one<T>(choices: readonly T[]): T
  bytes(length: number): Buffer
}

/** A 32-bit generator after the scheme of mulberry32: quick, and good enough to stray into every corner. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number) => next() % limit
  return {
    below,
    one: (choices) => choices[below(choices.length)] as (typeof choices)[number],
    bytes(length) {
      const bytes = Buffer.allocUnsafe(length)
      for (let at = 0; at < length; at++) bytes[at] = next()
      return bytes
    },
  }
}
