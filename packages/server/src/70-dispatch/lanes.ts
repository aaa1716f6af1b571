import type { Environment, Platform } from '@carillon/contract'
import type { Db, Vault } from '../00-kernel/index.ts'
import { channelOf, type Lane, type LaneOptions } from '../11-channels/index.ts'
import { openCredential } from '../12-apps/index.ts'

export interface LaneAddress {
  app_id: string
  platform: Platform
  environment: Environment
}

function laneKey({ app_id, platform, environment }: LaneAddress): string {
  return `${app_id}:${platform}:${environment}`
}

/** Refuses everything as a provider refuses a bad credential: its messages wait, and say for what. */
function closedLane(detail: string): Lane {
  const verdict = { class: 'auth_broken', status: null, code: 'CREDENTIAL_UNREADABLE', detail } as const
  return {
    send: async (parcels) => parcels.map(() => verdict),
    [Symbol.asyncDispose]: async () => {},
  }
}

/** The open lanes of this dispatcher. A lane is opened anew when its credential was saved again. */
export interface Lanes extends AsyncDisposable {
  /** Null when the app has no credential for the platform. */
  open(address: LaneAddress, revision: string | null): Promise<Lane | null>
}

export function createLanes(deps: {
  db: Db
  vault: Vault
  options: Omit<LaneOptions, 'environment'>
}): Lanes {
  const open = new Map<string, { revision: string; lane: Promise<Lane> }>()

  async function openLane({ app_id, platform, environment }: LaneAddress): Promise<Lane> {
    const opened = await openCredential(deps.db, deps.vault, app_id, platform)
    if (!opened) throw new Error(`The ${platform} credential of app ${app_id} vanished.`)
    if ('unreadable' in opened) return closedLane(opened.unreadable)
    return channelOf(platform).openLane(opened.credential, { ...deps.options, environment })
  }

  async function close(entry: { lane: Promise<Lane> } | undefined): Promise<void> {
    const lane = await entry?.lane.catch(() => null)
    await lane?.[Symbol.asyncDispose]()
  }

  return {
    open: async (address, revision) => {
      if (!revision) return null
      const key = laneKey(address)
      const existing = open.get(key)
      if (existing?.revision === revision) return existing.lane
      const lane = openLane(address)
      open.set(key, { revision, lane })
      lane.catch(() => open.delete(key))
      // Windows that still use the old lane end by their own timeouts.
      void close(existing)
      return lane
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...open.values()].map(close))
    },
  }
}
