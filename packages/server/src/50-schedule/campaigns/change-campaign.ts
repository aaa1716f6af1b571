import type { BodyOf, CampaignStatus, restartCampaign as restartEndpoint } from '@carillon/contract'
import { sql } from 'kysely'
import { type Db, Problem, type Store, type Tx } from '../../00-kernel/index.ts'
import {
  cancelRuns,
  countRunsInFlight,
  forgetUnsentMembers,
  longestWaitMs,
  pauseRuns,
  resumeRuns,
} from '../messages/index.ts'
import { statusOf, type WholeCampaign } from './campaign-row.ts'
import { findObstacles } from './check-campaign.ts'
import { datesOf, later, refuseAll } from './save-campaign.ts'
import * as store from './store.ts'

type Change = 'start' | 'pause' | 'resume' | 'terminate' | 'restart'

/** From which statuses each change leads, and in which it has been made already, so that a repeat is harmless. */
const transitions: Record<Change, { from: readonly CampaignStatus[]; made: readonly CampaignStatus[] }> = {
  start: { from: ['draft'], made: ['pending', 'running'] },
  pause: { from: ['running'], made: ['paused'] },
  resume: { from: ['paused'], made: ['pending', 'running'] },
  terminate: { from: ['pending', 'running', 'paused'], made: ['terminated'] },
  restart: { from: ['terminated', 'completed'], made: [] },
}

export interface Target {
  workspaceId: string
  id: string
}

/** The campaign, locked, or null when the change was made before. Throws Problem when it is not allowed. */
async function lockFor(tx: Tx, change: Change, target: Target, now: Date): Promise<WholeCampaign | null> {
  const campaign = await store.lockCampaign(tx, target.workspaceId, target.id)
  if (!campaign) throw new Problem('not_found', { detail: 'There is no campaign with this id.' })
  const status = statusOf(campaign, now)
  const { from, made } = transitions[change]
  if (from.includes(status)) return campaign
  if (made.includes(status)) return null
  throw new Problem('conflict', {
    detail: `The campaign is ${status}; ${change} takes one that is ${from.join(' or ')}.`,
  })
}

export async function startCampaign(tx: Tx, target: Target, now: Date): Promise<void> {
  const campaign = await lockFor(tx, 'start', target, now)
  if (!campaign) return
  await refuseAll(findObstacles(tx, target.workspaceId, campaign, now))
  await store.updateCampaign(tx, campaign.id, {
    launched_at: now,
    next_evaluation_at: later(campaign.start_at, now),
  })
  await announce(tx)
}

export async function resumeCampaign(tx: Tx, target: Target, now: Date): Promise<void> {
  const campaign = await lockFor(tx, 'resume', target, now)
  if (!campaign?.paused_at) return
  await store.updateCampaign(tx, campaign.id, {
    paused_at: null,
    next_evaluation_at: later(campaign.start_at, now),
  })
  await resumeRuns(tx, campaign.id, { pausedAt: campaign.paused_at, now })
  await announce(tx)
}

/** Once more, with new dates. Whoever got it does not get it again, unless that is asked for. */
export async function restartCampaign(
  tx: Tx,
  target: Target,
  dates: BodyOf<typeof restartEndpoint>,
  now: Date,
): Promise<void> {
  const campaign = await lockFor(tx, 'restart', target, now)
  if (!campaign) return
  if ((await countRunsInFlight(tx, campaign.id, now)) > 0)
    throw new Problem('conflict', {
      detail: 'Its last requests are still on the wire; try again in a moment.',
    })
  const fresh = datesOf({ ...dates, zone: dates.zone ?? campaign.zone })
  await refuseAll(findObstacles(tx, target.workspaceId, { ...campaign, ...fresh }, now))
  await forgetUnsentMembers(tx, campaign.id)
  await store.updateCampaign(tx, campaign.id, {
    ...fresh,
    launched_at: now,
    paused_at: null,
    terminated_at: null,
    problems: '[]',
    next_evaluation_at: later(fresh.start_at, now),
    updated_at: now,
    ...(dates.again ? { renewed_at: now } : {}),
  })
  await announce(tx)
}

/**
 * Pauses or terminates, and answers once nothing more is handed to a provider: a window that was open when the
 * change committed is waited for, and no later one opens.
 */
export async function haltCampaign(
  { db }: Store,
  target: Target & { audit: (tx: Tx) => Promise<void> },
  change: 'pause' | 'terminate',
  now: () => Date,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const at = now()
    const campaign = await lockFor(tx, change, target, at)
    if (!campaign) return
    if (change === 'pause') {
      await store.updateCampaign(tx, campaign.id, { paused_at: at })
      await pauseRuns(tx, campaign.id, at)
    } else {
      await store.updateCampaign(tx, campaign.id, { terminated_at: at, next_evaluation_at: null })
      await cancelRuns(tx, campaign.id, { at })
    }
    await target.audit(tx)
  })
  await waitUntilQuiet(db, target.id, now)
}

async function waitUntilQuiet(db: Db, id: string, now: () => Date): Promise<void> {
  const deadline = Date.now() + longestWaitMs
  while ((await countRunsInFlight(db, id, now())) > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/** Wakes the scheduler once the transaction commits. */
async function announce(tx: Tx): Promise<void> {
  await sql`select pg_notify('campaigns', '')`.execute(tx)
}
