import { randomBytes, X509Certificate } from 'node:crypto'
import { apnsTokenOf } from '../device-address.ts'
import type { DeviceTokens } from '../device-token.ts'
import { Problem } from '../problem.ts'
import type { Arrival } from '../wire/exchange.ts'
import type { Scenario } from '../words.ts'
import { createHeldPasses, type HeldPasses, type WalletPass } from './held-passes.ts'

export interface Wallet {
  id: string
  name: string
  scenario: Scenario
  passes: WalletPass[]
  /** Why the last update did not come. */
  fault?: string
}

export interface Wallets {
  add(wish: { name: string; scenario?: Scenario }): Wallet
  list(): Wallet[]
  /** Throws its passes away first; false when there is no such wallet. */
  remove(id: string): Promise<boolean>
  /** Fetches a pass by its link, as a tap on it would, and registers for its updates. */
  addPass(id: string, url: string): Promise<WalletPass>
  /** Throws the pass away; its sender is told. */
  removePass(id: string, serial: string): Promise<void>
  /** Asks for updates, as a pull on the back of a pass does. */
  refresh(id: string): Promise<void>
  /** An update push that APNs took; true when it was for a wallet. */
  arrive(arrival: Arrival): boolean
  subscribe(listener: (wallet: Wallet) => void): () => void
}

const WALLETS_LIMIT = 50

export interface WalletsOptions {
  tokens: DeviceTokens
  serials(count: number): number[]
  /** PEM. */
  authority: string
  now(): number
}

interface Entry {
  wallet: Omit<Wallet, 'passes'>
  held: HeldPasses
  /** Updates come one after the other: two pushes at once must not fetch the same change twice. */
  work: Promise<void>
}

/** Wallet on virtual phones, kept in memory alone. */
export function createWallets(options: WalletsOptions): Wallets {
  const authority = new X509Certificate(options.authority)
  const entries = new Map<string, Entry>()
  const listeners = new Set<(wallet: Wallet) => void>()
  const tell = (entry: Entry) => {
    for (const listener of listeners) listener(viewOf(entry))
  }
  const entryOf = (id: string): Entry => {
    const entry = entries.get(id)
    if (!entry) throw new Problem(404, `There is no wallet ${id}.`)
    return entry
  }
  /** A fault of the sender is shown on the wallet, and is nobody else's. */
  const update = (entry: Entry, passTypes: readonly string[]): Promise<void> => {
    entry.work = entry.work.then(async () => {
      try {
        for (const passTypeId of passTypes) await entry.held.update(passTypeId)
        delete entry.wallet.fault
      } catch (error) {
        entry.wallet.fault = error instanceof Error ? error.message : String(error)
      }
      tell(entry)
    })
    return entry.work
  }

  return {
    add: (wish) => {
      if (entries.size >= WALLETS_LIMIT)
        throw new Problem(409, `There are ${WALLETS_LIMIT} wallets; remove one first.`)
      const entry = createEntry(wish, options, authority)
      entries.set(entry.wallet.id, entry)
      tell(entry)
      return viewOf(entry)
    },
    list: () => [...entries.values()].map(viewOf),
    remove: async (id) => {
      const entry = entries.get(id)
      if (!entry) return false
      entries.delete(id)
      tell(entry)
      for (const { serial } of entry.held.list()) await entry.held.remove(serial).catch(() => {})
      return true
    },
    addPass: async (id, url) => {
      const entry = entryOf(id)
      const { serial, passTypeId } = await entry.held.add(url)
      // What changed between the link and the registration was told to nobody.
      await update(entry, [passTypeId])
      return entry.held.get(serial) as WalletPass
    },
    removePass: async (id, serial) => {
      const entry = entryOf(id)
      await entry.held.remove(serial).finally(() => tell(entry))
    },
    refresh: (id) => {
      const entry = entryOf(id)
      return update(entry, entry.held.passTypes())
    },
    arrive: ({ identity, app }) => {
      if (!app.startsWith('pass.')) return false
      const entry = entries.get(idOf(identity.serial))
      if (entry) void update(entry, [app])
      return true
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const idOf = (serial: number) => `wallet-${serial}`
const viewOf = ({ wallet, held }: Entry): Wallet => ({ ...wallet, passes: held.list() })

function createEntry(
  { name, scenario = 'ok' }: { name: string; scenario?: Scenario },
  { tokens, serials, now }: WalletsOptions,
  authority: X509Certificate,
): Entry {
  const [serial = 0] = serials(1)
  const pushTokenOf = (passTypeId: string) =>
    apnsTokenOf(
      tokens.seal({
        platform: 'apns',
        environment: 'production',
        scenario,
        addressedBy: 'token',
        serial,
        // It dies when it has just registered: what died before would be stale news.
        setting: scenario === 'unregistered' ? now() + 1_000 : 0,
        appDigest: tokens.digestOf(passTypeId),
      }),
    )
  const library = randomBytes(16).toString('hex')
  return {
    wallet: { id: idOf(serial), name, scenario },
    held: createHeldPasses({ library, authority, pushTokenOf, now }),
    work: Promise.resolve(),
  }
}
