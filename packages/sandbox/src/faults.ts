import type { FaultKind, Provider } from './words.ts'

export interface FaultInput {
  provider: Provider
  fault: FaultKind
  /** For `status`: the HTTP status, and the provider's own word for it. */
  status?: number
  reason?: string
  /** Seconds. */
  retry_after?: number
  /** For `slow`. */
  delay_ms?: number
  /** The part of the requests that it hits, 0 to 1. */
  share?: number
  /** It goes away after this many hits. */
  times?: number
}

export interface Fault extends FaultInput {
  id: string
  share: number
  hits: number
}

export interface Faults {
  add(input: FaultInput): Fault
  list(): Fault[]
  remove(id: string): boolean
  clear(): void
  /** The fault that hits this request, if one does. */
  drawForRequest(provider: Provider): Fault | undefined
  /** Whether this new connection is refused. */
  drawForConnection(provider: Provider): boolean
}

/** Faults put up by hand. The first one that hits wins; `random` gives numbers in 0..1. */
export function createFaults(random: () => number): Faults {
  const faults = new Map<string, Fault>()
  let made = 0

  const draw = (provider: Provider, isConnection: boolean) => {
    if (faults.size === 0) return undefined
    for (const fault of faults.values()) {
      if (fault.provider !== provider || (fault.fault === 'refuse_connections') !== isConnection) continue
      if (fault.share < 1 && random() >= fault.share) continue
      fault.hits++
      if (fault.hits === fault.times) faults.delete(fault.id)
      return fault
    }
    return undefined
  }

  return {
    add: (input) => {
      const fault = { ...input, id: `fault-${++made}`, share: input.share ?? 1, hits: 0 }
      faults.set(fault.id, fault)
      return fault
    },
    list: () => [...faults.values()],
    remove: (id) => faults.delete(id),
    clear: () => faults.clear(),
    drawForRequest: (provider) => draw(provider, false),
    drawForConnection: (provider) => draw(provider, true) !== undefined,
  }
}

/** Numbers in 0..1 that repeat for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
