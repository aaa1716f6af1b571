import { randomUUID } from 'node:crypto'
import {
  createDeliveryIds,
  createLog,
  createVault,
  type Db,
  joinStore,
  type Store,
  type StoreHandle,
  type Vault,
} from '../00-kernel/index.ts'
import { createSafeLookup, type Target } from '../00-kernel/safe-target.ts'
import type { LaneOptions, ProviderEndpoints, Transport } from '../11-channels/index.ts'
import { createTokenShelf } from '../12-apps/index.ts'
import { runDispatcher } from './dispatcher.ts'
import { createLanes } from './lanes.ts'
import { createMessageCache } from './message-cache.ts'

/** What a dispatcher needs, in a form that can be handed to another thread. */
export interface DispatcherSettings {
  masterKey: Uint8Array
  endpoints: ProviderEndpoints
  ca: readonly string[]
  allowPrivateTargets: readonly string[]
  /** Where names lead, instead of what DNS says; other names then lead nowhere. */
  hosts?: Readonly<Record<string, Target>>
  providerTimeoutMs: number
  transport: Transport
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
  const options = laneOptions(settings, { db: store.bulk, vault, now: () => now().getTime() })
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

export function laneOptions(
  settings: DispatcherSettings,
  { db, vault, now }: { db: Db; vault: Vault; now: () => number },
): Omit<LaneOptions, 'environment'> {
  return {
    now,
    tokenShelf: createTokenShelf(db, vault),
    endpoints: settings.endpoints,
    ca: settings.ca,
    safeLookup: createSafeLookup({
      allowPrivate: [...settings.allowPrivateTargets],
      resolve: settings.hosts && resolverOf(settings.hosts),
    }),
    timeoutMs: settings.providerTimeoutMs,
    transport: settings.transport,
  }
}

function resolverOf(hosts: Readonly<Record<string, Target>>) {
  return async (hostname: string): Promise<Target> => {
    const target = hosts[hostname]
    if (!target) throw Object.assign(new Error(`${hostname} leads nowhere`), { code: 'ENOTFOUND' })
    return target
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
