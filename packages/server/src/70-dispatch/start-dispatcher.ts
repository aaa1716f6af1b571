import { randomUUID } from 'node:crypto'
import {
  createDeliveryIds,
  createLog,
  createVault,
  joinStore,
  type Store,
  type StoreHandle,
} from '../00-kernel/index.ts'
import { createSafeLookup } from '../00-kernel/safe-target.ts'
import type { ProviderEndpoints } from '../11-channels/index.ts'
import { runDispatcher } from './dispatcher.ts'
import { createLanes } from './lanes.ts'
import { createMessageCache } from './message-cache.ts'

/** What a dispatcher needs, in a form that can be handed to another thread. */
export interface DispatcherSettings {
  masterKey: Uint8Array
  endpoints: ProviderEndpoints
  ca: readonly string[]
  allowPrivateTargets: readonly string[]
  providerTimeoutMs: number
  logLevel: string
}

const leaseMs = 30_000

/** Runs a dispatcher on a store until the signal says stop. */
export async function startDispatcher(
  store: Store,
  settings: DispatcherSettings,
  signal: AbortSignal,
  now = () => new Date(),
): Promise<void> {
  const vault = createVault(Buffer.from(settings.masterKey))
  const options = laneOptions(settings, () => now().getTime())
  await runDispatcher({
    store,
    lanes: createLanes({ db: store.bulk, vault, options }),
    deliveryIds: createDeliveryIds(vault.derive('delivery ids')),
    messageOf: createMessageCache(store.bulk),
    log: createLog(settings.logLevel).child({ room: 'dispatch' }),
    now,
    random: Math.random,
    owner: randomUUID(),
    leaseMs,
    signal,
  })
}

export function laneOptions(settings: DispatcherSettings, now: () => number) {
  return {
    now,
    endpoints: settings.endpoints,
    ca: settings.ca,
    safeLookup: createSafeLookup({ allowPrivate: [...settings.allowPrivateTargets] }),
    timeoutMs: settings.providerTimeoutMs,
  }
}

/** The same in a thread of its own, on a handle of the store. */
export async function joinAndDispatch(
  handle: StoreHandle,
  settings: DispatcherSettings,
  signal: AbortSignal,
): Promise<void> {
  await using store = await joinStore(handle)
  await startDispatcher(store, settings, signal)
}
