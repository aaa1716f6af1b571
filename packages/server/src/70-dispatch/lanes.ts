import type { Environment, Platform } from '@carillon/contract'
import type { Db, Vault } from '../00-kernel/index.ts'
import { channelOf, type Lane, type LaneOptions } from '../11-channels/index.ts'
import { openCredential } from '../12-apps/index.ts'
import type { ReportKeeper } from './provider-reports.ts'

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

interface OpenLane {
  address: LaneAddress
  revision: string
  lane: Promise<Lane>
}

/** The open lanes of this dispatcher. A lane is opened anew when its credential was saved again. */
export interface Lanes extends AsyncDisposable {
  /** Null when the app has no credential for the platform. */
  open(address: LaneAddress, revision: string | null): Promise<Lane | null>
  /** Closes the lanes of these platforms for all apps but these. */
  retain(platforms: readonly Platform[], appIds: ReadonlySet<string>): Promise<void>
}

export function createLanes(deps: {
  db: Db
  vault: Vault
  options: Omit<LaneOptions, 'environment'>
  reports: ReportKeeper
}): Lanes {
  const open = new Map<string, OpenLane>()

  async function openLane({ app_id, platform, environment }: LaneAddress): Promise<Lane> {
    const opened = await openCredential(deps.db, deps.vault, app_id, platform)
    if (!opened) throw new Error(`The ${platform} credential of app ${app_id} vanished.`)
    if ('unreadable' in opened) return closedLane(opened.unreadable)
    return channelOf(platform).openLane(opened.credential, {
      ...deps.options,
      environment,
      appId: app_id,
      onReport: (report) => deps.reports.keep({ ...report, appId: app_id, platform }),
    })
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
      open.set(key, { address, revision, lane })
      lane.catch(() => open.delete(key))
      // Windows that still use the old lane end by their own timeouts.
      void close(existing)
      return lane
    },
    retain: async (platforms, appIds) => {
      const gone = [...open].filter(
        ([, { address }]) => platforms.includes(address.platform) && !appIds.has(address.app_id),
      )
      for (const [key] of gone) open.delete(key)
      await Promise.all(gone.map(([, entry]) => close(entry)))
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...open.values()].map(close))
    },
  }
}
