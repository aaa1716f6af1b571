import type { Keep } from './keep.ts'

/** Serials are reserved in blocks, so that minting does not write to disk for each token. */
const BLOCK = 100_000

/** Numbers that no device had before, also not before a restart. */
export function createSerials({ state, save }: Keep): (count: number) => number[] {
  let next = state.nextSerial
  return (count) => {
    const first = next
    next += count
    if (next > state.nextSerial) {
      state.nextSerial = next + BLOCK
      save()
    }
    return Array.from({ length: count }, (_, index) => first + index)
  }
}
