import type { MessageCreate, ProblemPlace } from '@carillon/contract'
import { type Db, Problem, type Tx } from '../../00-kernel/index.ts'
import { recordCampaignSend } from '../../10-access/index.ts'
import { findApp } from '../../12-apps/index.ts'
import { createRun, isRunFreezing, sharingOf } from '../messages/index.ts'
import type { CampaignMessageRow, WholeCampaign } from './campaign-row.ts'
import { placesOf, unpublished } from './check-campaign.ts'
import { nextEvaluation, type Round, roundOf } from './rounds.ts'
import * as store from './store.ts'

/** While a run still looks for its people the next would look for the same; it is asked again after this. */
const busyMs = 60_000

/**
 * Evaluates one campaign that is due: each of its messages makes one run for those of the segments whom it has not
 * met, if there are any. False when no campaign is due. All of it commits or nothing, so a crash repeats it whole.
 */
export async function evaluateNext(db: Db, now: Date): Promise<boolean> {
  let id: string | undefined
  try {
    return await db.transaction().execute(async (tx) => {
      const campaign = await store.lockDueCampaign(tx, now)
      id = campaign?.id
      if (campaign) await evaluate(tx, campaign, now)
      return campaign !== undefined
    })
  } catch (error) {
    // The one that breaks waits, so that the others have their turn.
    if (id) await store.postpone(db, id, new Date(now.getTime() + busyMs))
    throw error
  }
}

async function evaluate(tx: Tx, campaign: WholeCampaign, now: Date): Promise<void> {
  if (campaign.end_at <= now) return store.updateCampaign(tx, campaign.id, { next_evaluation_at: null })
  const { segment_ids, exclude_segment_ids } = campaign
  const { problems, isBusy } = await makeRuns(tx, campaign, { to: { segment_ids, exclude_segment_ids }, now })
  const next = isBusy ? new Date(now.getTime() + busyMs) : nextEvaluation(campaign, now)
  await store.recordEvaluation(tx, campaign.id, { at: now, next, problems })
}

export interface RunsTo {
  to: MessageCreate['to']
  now: Date
}

/** One run of each message to those of the audience who are due; what keeps one from it keeps no other. */
export async function makeRuns(
  tx: Tx,
  campaign: WholeCampaign,
  { to, now }: RunsTo,
): Promise<{ problems: ProblemPlace[]; isBusy: boolean }> {
  const problems: ProblemPlace[] = []
  let isBusy = false
  for (const [i, message] of campaign.messages.entries()) {
    const isWholeAudience = to.segment_ids !== undefined
    if (isWholeAudience && (await isRunFreezing(tx, campaign.id, message.id))) {
      isBusy = true
      continue
    }
    try {
      problems.push(...(await makeRun(tx, campaign, { message, i, to, now })))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problems.push(...placesOf(error, i))
    }
  }
  return { problems, isBusy }
}

interface RunOrder extends RunsTo {
  message: CampaignMessageRow
  i: number
}

async function makeRun(
  tx: Tx,
  campaign: WholeCampaign,
  { message, i, to, now }: RunOrder,
): Promise<ProblemPlace[]> {
  const app = await findApp(tx, campaign.workspace_id, message.app_id)
  // Everybody would be met, and excluded by the gate.
  if (app?.status !== 'published') return [unpublished(app ?? { name: 'The app' }, i)]
  const open = message.repeat ? roundOf(campaign, message.repeat, now) : null
  if (open && !open.isOpen) return []
  const at = open?.at ?? campaign.renewed_at
  const { to: shared, membersOf } = shareOf(campaign, i, to)
  const round = { campaignMessageId: message.id, membersOf, at }
  const run = { campaignId: campaign.id, experimentId: message.experiment_id, round }
  const input = { ...inputOf(campaign, message, shared), ...timingOf(message, open) }
  const made = await createRun(tx, campaign.workspace_id, input, { run, now })
  if (made) await recordCampaignSend(tx, { workspaceId: campaign.workspace_id, campaign, messageId: made.id })
  return []
}

/** At the time of each person's day that the message goes by, at the latest in this round. */
function timingOf(
  { delivery, pace_per_minute: pace }: CampaignMessageRow,
  round: Round | null,
): Pick<MessageCreate, 'delivery' | 'pace_per_minute'> {
  const timing = round?.wall
    ? ({ kind: 'local_time', at: round.wall, late: 'skip' } as const)
    : delivery?.kind === 'local_time'
      ? ({ ...delivery, late: 'next_day' } as const)
      : delivery
  return { ...(timing && { delivery: timing }), ...(pace && { pace_per_minute: pace }) }
}

/** The audience of one of the messages: all of it, or those whom no message before it reaches and none has met. */
function shareOf(campaign: WholeCampaign, i: number, to: MessageCreate['to']) {
  if (campaign.reach === 'all') return { to, membersOf: campaign.messages[i]?.id ?? campaign.id }
  const sharing = sharingOf(campaign.messages, i)
  return { to: { ...to, ...(sharing && { sharing }), members_of: campaign.id }, membersOf: campaign.id }
}

function inputOf(
  campaign: WholeCampaign,
  message: CampaignMessageRow,
  to: MessageCreate['to'],
): MessageCreate {
  return {
    app_id: message.app_id,
    channel: message.channel,
    to,
    ...(message.template_id ? { template_id: message.template_id } : {}),
    ...(message.content ? { content: message.content } : {}),
    ...(message.experiment ? { experiment: message.experiment } : {}),
    variables: message.variables,
    overrides: message.overrides,
    expires_at: campaign.end_at.toISOString(),
    category: 'marketing',
    ...(message.topic ? { topic: message.topic } : {}),
    tags: message.tags,
    dry_run: false,
  }
}
