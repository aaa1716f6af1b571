import type { Provider } from './words.ts'
import { providers } from './words.ts'

export interface ProviderStats {
  requests: number
  accepted: number
  /** Reason in the provider's own word -> times; also `reset`, `goaway` and `hang`. */
  refused: Record<string, number>
  /** Opened since the last reset. */
  connections: number
  /** OAuth access tokens, counted at the two token endpoints. */
  tokens_minted: number
}

export interface Stats {
  of(provider: Provider): ProviderStats
  countRefused(provider: Provider, reason: string): void
  countAccepted(provider: Provider, deliveryId: string | undefined): void
  all(): Record<Provider, ProviderStats>
  /** Whether to remember every delivery id from now on; it grows, so it is off until asked for. */
  record(on: boolean): void
  deliveries(provider: Provider): Record<string, number>
  reset(): void
}

export function createStats(): Stats {
  const counters = new Map<Provider, ProviderStats>()
  const delivered = new Map<Provider, Map<string, number>>()
  let isRecording = false
  const reset = () => {
    for (const provider of providers) {
      counters.set(provider, { requests: 0, accepted: 0, refused: {}, connections: 0, tokens_minted: 0 })
      delivered.set(provider, new Map())
    }
  }
  reset()
  const of = (provider: Provider) => counters.get(provider) as ProviderStats
  const timesOf = (provider: Provider) => delivered.get(provider) as Map<string, number>
  return {
    of,
    reset,
    countRefused: (provider, reason) => {
      const { refused } = of(provider)
      refused[reason] = (refused[reason] ?? 0) + 1
    },
    countAccepted: (provider, deliveryId) => {
      of(provider).accepted++
      if (!isRecording || deliveryId === undefined) return
      const times = timesOf(provider)
      times.set(deliveryId, (times.get(deliveryId) ?? 0) + 1)
    },
    all: () => structuredClone(Object.fromEntries(counters) as Record<Provider, ProviderStats>),
    record: (on) => {
      isRecording = on
    },
    deliveries: (provider) => Object.fromEntries(timesOf(provider)),
  }
}
