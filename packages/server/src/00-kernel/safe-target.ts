import { lookup as resolveByDns } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Where to connect for a URL. Whoever connects uses exactly this address: a second look-up could lie. */
export interface Target {
  address: string
  family: 4 | 6
  /** Only where a test or a relay moves a host to another port. */
  port?: number
}

export interface Refusal {
  refused: string
}

/**
 * Says where a URL that a stranger gave us may be called, or refuses. A name that cannot be resolved is neither:
 * the resolver's error rises.
 */
export interface SafeLookup {
  (url: URL): Promise<Target | Refusal>
  /** Whether the operator listed this host, so that it is trusted like a provider's own. */
  isExplicitlyAllowed(url: URL): boolean
}

export interface SafeLookupOptions {
  /** `host` or `host:port` as in ALLOW_PRIVATE_TARGETS; these may lead to any address. */
  allowPrivate: readonly string[]
  resolve?: (hostname: string) => Promise<Target>
}

/**
 * Keeps calls to addresses that users gave us (push endpoints, webhooks) off our own network: every address is
 * resolved here, refused unless it is a public unicast address, and returned so that it is the one connected to.
 */
export function createSafeLookup({ allowPrivate, resolve = resolveOnce }: SafeLookupOptions): SafeLookup {
  const allowed = new Set(allowPrivate.map((entry) => entry.trim().toLowerCase()))
  const isExplicitlyAllowed = (url: URL) => allowed.has(hostOf(url)) || allowed.has(hostAndPortOf(url))
  const lookup = async (url: URL) => {
    if (!(url.protocol in defaultPorts)) return { refused: 'only http and https addresses are called' }
    const host = hostOf(url).replace(/^\[|\]$/g, '')
    const family = isIP(host)
    const target = family === 0 ? await resolve(host) : { address: host, family: family as 4 | 6 }
    if (isPublicAddress(target.address) || isExplicitlyAllowed(url)) return target
    return { refused: `${host} leads to ${target.address}, which is not a public address` }
  }
  return Object.assign(lookup, { isExplicitlyAllowed })
}

/** The same question for a look-up of which only the seam's type is known, such as one made by a test. */
export function isExplicitlyAllowed(lookup: (url: URL) => unknown, url: URL): boolean {
  return 'isExplicitlyAllowed' in lookup && (lookup as SafeLookup).isExplicitlyAllowed(url)
}

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/** Public means routed on the internet to one host: no private, local, shared, mapped, tunnel or test range. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  // The library calls everything unicast that it has no name for, among it ::/96, which embeds IPv4.
  return parsed.kind() === 'ipv4' || parsed.match(globalUnicast)
}

const defaultPorts: Record<string, string> = { 'http:': '80', 'https:': '443' }

/** Lower-case, brackets around IPv6 kept, without the dot that makes a name absolute. */
function hostOf(url: URL): string {
  return url.hostname.replace(/\.$/, '')
}

function hostAndPortOf(url: URL): string {
  return `${hostOf(url)}:${url.port || defaultPorts[url.protocol]}`
}

/** One address, IPv4 first: with the address pinned there is no second try over the other family. */
async function resolveOnce(hostname: string): Promise<Target> {
  const { address, family } = await resolveByDns(hostname, { order: 'ipv4first' })
  return { address, family: family === 6 ? 6 : 4 }
}

/** What a client of a pinned target throws when its host has come to lead somewhere else. */
export const targetRefusedCode = 'TARGET_REFUSED'

export interface TargetPoolOptions<Client> {
  safeLookup: (url: URL) => Promise<Target | Refusal>
  /** Makes the client of an origin; every connection of it asks `lookup` where to go. */
  open: (origin: string, lookup: () => Promise<Target>) => Client
  /** So many are open at most. Who comes for one more waits; the one unused for longest is closed for it. */
  maxOrigins: number
}

export interface TargetPool<Client> extends AsyncDisposable {
  /** Runs `work` with the client of the URL's origin, or says why that origin is refused. */
  use<Result>(url: URL, work: (client: Client) => Promise<Result>): Promise<Result | Refusal>
}

interface Entry<Client> {
  client: Client
  users: number
}

/** One guarded client per origin, in bounded number: strangers choose the origins, so they could choose many. */
export function createTargetPool<Client extends AsyncDisposable>(
  options: TargetPoolOptions<Client>,
): TargetPool<Client> {
  const { safeLookup, open, maxOrigins } = options
  /** In order of use, the longest unused first. */
  const entries = new Map<string, Entry<Client>>()
  const closing = new Set<Promise<void>>()
  const turnstile = createTurnstile(maxOrigins)
  let isDisposed = false

  async function entryOf(url: URL): Promise<Entry<Client> | Refusal> {
    if (!entries.has(url.origin)) {
      // A name that does not resolve is left to the client, which reports it like any failure to connect.
      const target = await safeLookup(url).catch(() => null)
      if (target && 'refused' in target) return target
    }
    if (isDisposed) throw new Error('The pool was used after it was disposed.')
    const entry = entries.get(url.origin) ?? { client: open(url.origin, () => pinned(url)), users: 0 }
    entries.delete(url.origin)
    entries.set(url.origin, entry)
    return entry
  }

  async function pinned(url: URL): Promise<Target> {
    const target = await safeLookup(url)
    if ('refused' in target) throw Object.assign(new Error(target.refused), { code: targetRefusedCode })
    return target
  }

  function closeSurplus(): void {
    for (const [origin, entry] of entries) {
      if (entries.size <= maxOrigins) return
      if (entry.users === 0) close(origin, entry)
    }
  }

  function close(origin: string, { client }: Entry<Client>): void {
    entries.delete(origin)
    const closed = Promise.resolve(client[Symbol.asyncDispose]()).finally(() => closing.delete(closed))
    closing.add(closed)
  }

  async function useOpened<Result>(entry: Entry<Client>, work: (client: Client) => Promise<Result>) {
    entry.users++
    closeSurplus()
    try {
      return await work(entry.client)
    } finally {
      entry.users--
    }
  }

  return {
    async use(url, work) {
      await turnstile.enter()
      try {
        const entry = await entryOf(url)
        return 'refused' in entry ? entry : await useOpened(entry, work)
      } finally {
        turnstile.leave()
      }
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true
      for (const [origin, entry] of entries) close(origin, entry)
      await Promise.all(closing)
    },
  }
}

function createTurnstile(places: number) {
  let free = places
  const waiting: (() => void)[] = []
  return {
    async enter() {
      if (free > 0) free--
      else await new Promise<void>((admit) => waiting.push(admit))
    },
    /** Hands the place to who has waited longest. */
    leave() {
      const admit = waiting.shift()
      if (admit) admit()
      else free++
    },
  }
}

/** Hands `work` the items of each origin, all origins at once; the results are in the order of `items`. */
export async function perOrigin<Item extends { url: URL }, Result>(
  items: readonly Item[],
  work: (group: readonly Item[]) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const results = new Map<Item, Result>()
  const groups = Map.groupBy(items, ({ url }) => url.origin).values()
  const workOn = async (group: readonly Item[]) => {
    const found = await work(group)
    for (const [i, item] of group.entries()) results.set(item, found[i] as Result)
  }
  await Promise.all(groups.map(workOn))
  return items.map((item) => results.get(item) as Result)
}
