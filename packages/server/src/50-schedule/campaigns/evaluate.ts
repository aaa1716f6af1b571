import type { MessageCreate, ProblemPlace } from '@carillon/contract'
import { type Db, Problem, type Tx } from '../../00-kernel/index.ts'
import { recordCampaignSend } from '../../10-access/index.ts'
import { findApp } from '../../12-apps/index.ts'
import { createRun, isRunFreezing } from '../messages/index.ts'
import type { CampaignMessageRow, WholeCampaign } from './campaign-row.ts'
import { placesOf, unpublished } from './check-campaign.ts'
import { nextEvaluation, roundAt } from './rounds.ts'
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
  const at = message.repeat ? roundAt(campaign, message.repeat, now).at : campaign.renewed_at
  const run = { campaignId: campaign.id, round: { campaignMessageId: message.id, at } }
  const made = await createRun(tx, campaign.workspace_id, inputOf(campaign, message, to), { run, now })
  if (made) await recordCampaignSend(tx, { workspaceId: campaign.workspace_id, campaign, messageId: made.id })
  return []
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
    variables: message.variables,
    overrides: message.overrides,
    expires_at: campaign.end_at.toISOString(),
    category: 'marketing',
    dry_run: false,
  }
}
