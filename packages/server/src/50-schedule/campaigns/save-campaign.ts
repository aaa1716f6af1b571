import { isDeepStrictEqual } from 'node:util'
import { type CampaignCreate, type CampaignMessageInput, zonedInstant } from '@carillon/contract'
import { fieldProblem, newId, Problem, type Tx } from '../../00-kernel/index.ts'
import { getSettings, refuseUnlistedType } from '../../30-audience/index.ts'
import { cancelRuns, moveExpiry } from '../messages/index.ts'
import { type CampaignMessageRow, statusOf, type WholeCampaign } from './campaign-row.ts'
import { findContradictions, findObstacles } from './check-campaign.ts'
import * as store from './store.ts'

/** Keeps a new campaign as a draft. */
export async function createCampaign(
  tx: Tx,
  workspaceId: string,
  input: CampaignCreate,
  now: Date,
): Promise<string> {
  await claimName(tx, workspaceId, input.name, null)
  await refuseUnlistedType(tx, workspaceId, 'campaign_types', input.type)
  const dates = datesOf(input)
  refuseForeignMessages(input.messages, [])
  await refuseAll(findContradictions(tx, workspaceId, { ...input, ...dates }))
  const settings = await getSettings(tx, workspaceId)
  const id = newId(now.getTime())
  await store.insertCampaign(tx, {
    ...columnsOf(input),
    ...dates,
    id,
    workspace_id: workspaceId,
    evaluate_every_seconds: input.evaluate_every_seconds ?? settings.campaignIntervalSeconds,
    renewed_at: now,
    created_at: now,
    updated_at: now,
  })
  await store.putMessages(tx, id, messagesOf(id, input.messages, []))
  return id
}

/** What may be changed, and deleted: whatever is not at work and not over. */
const changeable = ['draft', 'pending', 'paused']

/**
 * Replaces a campaign that is at rest. One that was started must stay able to run. What its open runs say stays
 * as it was for the people whom they met.
 */
export async function replaceCampaign(
  tx: Tx,
  before: WholeCampaign,
  input: CampaignCreate,
  now: Date,
): Promise<void> {
  refuseUnlessChangeable(before, 'change', now)
  await claimName(tx, before.workspace_id, input.name, before.id)
  if (input.type !== before.type)
    await refuseUnlistedType(tx, before.workspace_id, 'campaign_types', input.type)
  const dates = datesOf(input)
  const known = before.messages.map(({ id }) => id)
  refuseForeignMessages(input.messages, known)
  const plan = { ...input, ...dates }
  const mustRun = before.launched_at !== null
  await refuseAll(
    mustRun
      ? findObstacles(tx, before.workspace_id, plan, now)
      : findContradictions(tx, before.workspace_id, plan),
  )
  await store.updateCampaign(tx, before.id, {
    ...columnsOf(input),
    ...dates,
    evaluate_every_seconds: input.evaluate_every_seconds ?? before.evaluate_every_seconds,
    next_evaluation_at: mustRun ? later(dates.start_at, now) : null,
    problems: '[]',
    updated_at: now,
  })
  const messages = messagesOf(before.id, input.messages, before.messages)
  const kept = new Set(messages.map(({ id }) => id))
  const left = known.filter((id) => !kept.has(id))
  if (left.length > 0) await cancelRuns(tx, before.id, { at: now, messageIds: left })
  await moveExpiry(tx, before.id, dates.end_at)
  await store.putMessages(tx, before.id, messages)
  // Nobody gets more because of the change: what one of the messages sent counts for all of them.
  if (input.reach !== before.reach) {
    const ids = messages.map(({ id }) => id)
    await (input.reach === 'first'
      ? store.shareMembers(tx, ids, [before.id])
      : store.shareMembers(tx, [before.id], ids))
  }
}

/** Deletes a campaign that is at rest; what its runs had not handed over is cancelled. */
export async function removeCampaign(tx: Tx, campaign: WholeCampaign, now: Date): Promise<void> {
  refuseUnlessChangeable(campaign, 'delete', now)
  await cancelRuns(tx, campaign.id, { at: now })
  await store.deleteCampaign(tx, campaign.id)
}

function refuseUnlessChangeable(campaign: WholeCampaign, verb: string, now: Date): void {
  const status = statusOf(campaign, now)
  if (changeable.includes(status)) return
  const way = status === 'running' ? ' Pause it first.' : ''
  throw new Problem('conflict', { detail: `The campaign is ${status}; nobody can ${verb} it now.${way}` })
}

async function claimName(tx: Tx, workspaceId: string, name: string, ownId: string | null): Promise<void> {
  await store.lockNames(tx, workspaceId)
  const holder = await store.findCampaignByName(tx, workspaceId, name)
  if (holder && holder.id !== ownId)
    throw fieldProblem('already_exists', '/name', `is the name of the campaign ${holder.id} already`, 'taken')
}

interface LocalDates {
  start_local: string
  end_local: string
  zone: string
}

/** The wall-clock dates with the instants that they are in the zone. */
export function datesOf({ start_local, end_local, zone }: LocalDates) {
  const at = (local: string) => {
    const instant = zonedInstant(local, zone)
    if (!instant) throw new Error(`${local} was accepted as a local time.`)
    return instant
  }
  return { start_local, end_local, zone, start_at: at(start_local), end_at: at(end_local) }
}

export function later(a: Date, b: Date): Date {
  return a > b ? a : b
}

export async function refuseAll(problems: Promise<NonNullable<Problem['details']['errors']>>): Promise<void> {
  const errors = await problems
  if (errors.length > 0) throw new Problem('invalid_request', { errors })
}

/** An id says which of the campaign's own messages goes on; nobody gives a new one theirs. */
function refuseForeignMessages(messages: readonly CampaignMessageInput[], known: readonly string[]): void {
  const seen = new Set<string>()
  const errors = messages.flatMap(({ id: given }, i) => {
    const id = given?.toLowerCase()
    if (id === undefined) return []
    const isWrong = !known.includes(id) || seen.has(id)
    seen.add(id)
    const detail = 'is not, or not once, the id of a message of this campaign'
    return isWrong ? [{ pointer: `/messages/${i}/id`, code: 'unknown_id', detail }] : []
  })
  if (errors.length > 0) throw new Problem('invalid_request', { errors })
}

function columnsOf({ name, type, segment_ids, exclude_segment_ids, reach }: CampaignCreate) {
  return { name, type: type ?? null, segment_ids, exclude_segment_ids, reach }
}

function messagesOf(
  campaignId: string,
  messages: readonly CampaignMessageInput[],
  before: readonly CampaignMessageRow[],
) {
  return messages.map((message, place) => ({
    id: message.id?.toLowerCase() ?? newId(),
    campaign_id: campaignId,
    place,
    app_id: message.app_id,
    channel: message.channel,
    name: message.name,
    content: message.content ? JSON.stringify(message.content) : null,
    template_id: message.template_id ?? null,
    variables: JSON.stringify(message.variables ?? {}),
    overrides: JSON.stringify(message.overrides ?? {}),
    ...experimentOf(message, before),
    repeat: message.repeat ? JSON.stringify(message.repeat) : null,
    delivery: message.delivery ? JSON.stringify(message.delivery) : null,
    pace_per_minute: message.pace_per_minute ?? null,
    topic: message.topic ?? null,
    tags: message.tags ?? [],
  }))
}

/** An experiment that is changed is another one: who is given what, and what was counted, begins anew. */
function experimentOf({ id, experiment }: CampaignMessageInput, before: readonly CampaignMessageRow[]) {
  if (!experiment) return { experiment: null, experiment_id: null }
  const same = before.find(
    (row) => row.id === id?.toLowerCase() && isDeepStrictEqual(row.experiment, experiment),
  )
  return { experiment: JSON.stringify(experiment), experiment_id: same?.experiment_id ?? newId() }
}
