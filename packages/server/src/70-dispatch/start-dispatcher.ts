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
import {
  createTrackingLinks,
  type LaneOptions,
  type ProviderEndpoints,
  type Transport,
} from '../11-channels/index.ts'
import { createTokenShelf } from '../12-apps/index.ts'
import { createUnsubscribeLinks, unsubscribePath } from '../30-audience/index.ts'
import { createPassSecrets, createPassShelf, passUrl } from '../45-passes/index.ts'
import { runDispatcher } from './dispatcher.ts'
import { createRuleBooks } from './gates/rule-book.ts'
import { createLanes } from './lanes.ts'
import { createMessageCache } from './message-cache.ts'
import { createReportKeeper } from './provider-reports.ts'
import { keepStandingLanes } from './standing-lanes.ts'

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
  /** Where people reach this server: links in emails lead there. */
  publicUrl?: string | null
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
  const unsubscribeLinks = createUnsubscribeLinks(vault)
  const trackingLinks = createTrackingLinks(vault)
  const passSecrets = createPassSecrets(vault)
  const log = createLog(settings.logLevel).child({ room: 'dispatch' })
  const reports = createReportKeeper(store.bulk, now)
  const lanes = createLanes({ db: store.bulk, vault, options, reports })
  const standing = keepStandingLanes({ store, lanes, log }, signal)
  await runDispatcher({
    store,
    lanes,
    deliveryIds: createDeliveryIds(vault.derive('delivery ids')),
    unsubscribeUrl: (link) => `${settings.publicUrl ?? ''}${unsubscribePath(unsubscribeLinks.make(link))}`,
    trackingOf: (deliveryId) => trackingLinks.of(settings.publicUrl ?? '', deliveryId),
    passUrl: (serial) => passUrl(settings.publicUrl ?? '', passSecrets, serial),
    messageOf: createMessageCache(store.bulk),
    rulesOf: createRuleBooks(store.bulk),
    log,
    now,
    random: Math.random,
    owner: randomUUID(),
    leaseMs,
    signal,
  })
  await standing
}

export function laneOptions(
  settings: DispatcherSettings,
  { db, vault, now }: { db: Db; vault: Vault; now: () => number },
): Omit<LaneOptions, 'environment'> {
  return {
    now,
    tokenShelf: createTokenShelf(db, vault),
    passShelf: createPassShelf(db, () => new Date(now())),
    endpoints: settings.endpoints,
    ca: settings.ca,
    safeLookup: createSafeLookup({
      allowPrivate: [...settings.allowPrivateTargets],
      resolve: settings.hosts && resolverOf(settings.hosts),
    }),
    timeoutMs: settings.providerTimeoutMs,
    callbackUrl: callbackUrl(settings),
    transport: settings.transport,
  }
}

/** A provider elsewhere cannot call this machine by its loopback name; one on this machine can. */
function callbackUrl({ publicUrl, endpoints }: DispatcherSettings): string | null {
  if (!publicUrl) return null
  const isHere = (url: string) => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname)
  return isHere(publicUrl) && !isHere(endpoints.twilio) ? null : publicUrl.replace(/\/$/, '')
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
