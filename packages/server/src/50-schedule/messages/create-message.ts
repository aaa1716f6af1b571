import {
  type Audience,
  channelPlatforms,
  type ExperimentPlan,
  type MessageAccepted,
  type MessageCreate,
} from '@carillon/contract'
import { sql } from 'kysely'
import { fieldProblem, newId, Problem, type Tx } from '../../00-kernel/index.ts'
import { type AppRow, findApp, findOnlyApp } from '../../12-apps/index.ts'
import { getSettings, hasTopic } from '../../30-audience/index.ts'
import { checkConstantSize, checkContent, resolveTemplate } from '../../40-content/index.ts'
import { checkPass } from '../../45-passes/index.ts'
import { ensureExperiment, resolveVariants } from '../experiments/index.ts'
import { estimateAudience } from './audience-walk.ts'
import type { Round } from './campaign-members.ts'
import { checkAudience } from './check-audience.ts'
import { freezeWhole } from './freeze-audience.ts'
import { resolveTimes } from './timing/resolve-times.ts'
import { findTyped } from './typed-addresses.ts'

/** Recipients of a message that is frozen within its own request. */
const frozenAtOnce = 1_000

/**
 * Accepts one send: checks everything that can be known now, stores the message and answers with its id before
 * any provider is called. Throws Problem; then nothing was stored.
 */
export async function createMessage(
  tx: Tx,
  workspaceId: string,
  input: MessageCreate,
  now: Date,
): Promise<MessageAccepted> {
  const order = await checkOrder(tx, workspaceId, input, { isRun: false, now })
  refuseLateDecision(order)
  const estimated = await estimateAudience(tx, whomOf(order, now))
  refuseLargerThanConfirmed(input, estimated)
  return storeMessage(tx, order, { estimated, now })
}

/** Of which campaign a message is a run, of which round, and of which experiment if its message has one. */
export interface RunOf {
  campaignId: string
  experimentId: string | null
  round: Round
}

/** One run of a campaign, to those of the audience whom the round has not met; null when there is nobody. */
export async function createRun(
  tx: Tx,
  workspaceId: string,
  input: MessageCreate,
  { run, now }: { run: RunOf; now: Date },
): Promise<MessageAccepted | null> {
  const order = { ...(await checkOrder(tx, workspaceId, input, { isRun: true, now })), run }
  const estimated = await estimateAudience(tx, whomOf(order, now))
  return estimated === 0 ? null : storeMessage(tx, order, { estimated, now })
}

/** A message with everything that it needs found and checked. */
type Order = Awaited<ReturnType<typeof checkOrder>> & { run?: RunOf }

async function checkOrder(
  tx: Tx,
  workspaceId: string,
  given: MessageCreate,
  { isRun, now }: { isRun: boolean; now: Date },
) {
  const app = await resolveApp(tx, workspaceId, given)
  const input = { ...given, to: await findTyped(tx, { workspaceId, appId: app.id, now }, given) }
  await checkAudience(tx, workspaceId, app.id, input.to)
  const what = await resolveWhat(tx, workspaceId, input)
  await refuseUnknownTopic(tx, workspaceId, input)
  const settings = await getSettings(tx, workspaceId)
  const when = resolveTimes(input, { defaultTtlSeconds: settings.defaultTtlSeconds, isRun, now })
  return { workspaceId, input, app, what, settings, when }
}

async function refuseUnknownTopic(tx: Tx, workspaceId: string, { topic }: MessageCreate): Promise<void> {
  if (topic !== undefined && !(await hasTopic(tx, workspaceId, topic)))
    throw fieldProblem('invalid_request', '/topic', 'There is no topic with this name.', 'unknown_topic')
}

function whomOf({ workspaceId, app, input, run }: Order, now: Date) {
  const platforms = channelPlatforms[input.channel]
  return { workspaceId, appId: app.id, platforms, to: input.to, now, round: run?.round }
}

async function storeMessage(
  tx: Tx,
  { workspaceId, input, app, what, settings, when, run }: Order,
  { estimated, now }: { estimated: number; now: Date },
): Promise<MessageAccepted> {
  const id = newId()
  const experimentId = what.experiment && (run?.experimentId ?? id)
  if (experimentId)
    await ensureExperiment(tx, { id: experimentId, workspaceId, ...decisionOf(what.experiment) })
  await tx
    .insertInto('messages')
    .values({
      id,
      workspace_id: workspaceId,
      app_id: app.id,
      channel: input.channel,
      audience: JSON.stringify(input.to),
      content: JSON.stringify(what.content),
      overrides: JSON.stringify(what.overrides),
      variables: JSON.stringify(input.variables ?? {}),
      template_id: input.template_id ?? null,
      template_version: what.version,
      category: input.category,
      topic: input.topic ?? null,
      tags: input.tags ?? [],
      priority: input.priority ?? (input.category === 'transactional' ? 'high' : 'normal'),
      collapse_id: input.collapse_id ?? null,
      metadata: JSON.stringify(input.metadata ?? {}),
      dry_run: input.dry_run,
      start_at: when.startAt,
      expires_at: when.expiresAt,
      ttl_seconds: input.ttl_seconds ?? null,
      delivery: input.delivery ? JSON.stringify(input.delivery) : null,
      pace_per_minute: input.pace_per_minute ?? null,
      max_attempts: settings.maxAttempts,
      freeze_position: '{}',
      estimated,
      created_at: now,
      campaign_id: run?.campaignId ?? null,
      campaign_message_id: run?.round.campaignMessageId ?? null,
      campaign_round_at: run?.round.at ?? null,
      experiment_id: experimentId,
      experiment: what.experiment && JSON.stringify(what.experiment),
    })
    .execute()
  if (when.startAt > now) return { id, status: 'scheduled', estimated_recipients: estimated }
  // A send to few is frozen at once: nobody should wait for the scheduler's next look.
  if (estimated <= frozenAtOnce && !input.to.all && !input.to.segment_ids)
    await freezeWhole(tx, id, { now, stepKeys: frozenAtOnce })
  else await sql`select pg_notify('messages', '')`.execute(tx)
  return { id, status: 'accepted', estimated_recipients: estimated }
}

async function resolveApp(tx: Tx, workspaceId: string, input: MessageCreate): Promise<AppRow> {
  if (input.app_id) {
    const app = await findApp(tx, workspaceId, input.app_id)
    if (!app) throw fieldProblem('invalid_request', '/app_id', 'There is no app with this id.', 'unknown_app')
    return app
  }
  const only = (await appOfSubscriptions(tx, workspaceId, input.to)) ?? (await findOnlyApp(tx, workspaceId))
  if (!only)
    throw fieldProblem(
      'invalid_request',
      '/app_id',
      'Name the app: the workspace does not have exactly one.',
      'missing_app',
    )
  return only
}

async function appOfSubscriptions(tx: Tx, workspaceId: string, to: Audience): Promise<AppRow | undefined> {
  if (!to.subscription_ids) return undefined
  const { rows } = await sql<{ app_id: string }>`
    select distinct app_id from subscriptions
    where workspace_id = ${workspaceId} and id = any(${to.subscription_ids}::uuid[]) limit 2`.execute(tx)
  if (rows.length > 1)
    throw fieldProblem(
      'invalid_request',
      '/to/subscription_ids',
      'These belong to more than one app; a message is for one.',
      'several_apps',
    )
  return rows[0] && findApp(tx, workspaceId, rows[0].app_id)
}

/** The content; of an experiment the first variant's, which stands for it where one text is shown. */
async function resolveWhat(tx: Tx, workspaceId: string, input: MessageCreate) {
  if (!input.experiment) return { ...(await resolveContent(tx, workspaceId, input)), experiment: null }
  const experiment = await resolveVariants(input, input.experiment, (variant) =>
    resolveContent(tx, workspaceId, { ...input, content: undefined, template_id: undefined, ...variant }),
  )
  const [first] = experiment.variants
  return { content: first?.content ?? {}, overrides: first?.overrides ?? {}, version: null, experiment }
}

function decisionOf(experiment: ExperimentPlan | null) {
  const minutes = experiment?.winner?.after_minutes
  return { decideAfterSeconds: minutes === undefined ? null : minutes * 60 }
}

/** Whoever waits for a winner that comes after the expiry would get nothing. */
function refuseLateDecision({ input, when }: Order): void {
  const minutes = input.experiment?.winner?.after_minutes
  if (minutes === undefined || when.startAt.getTime() + minutes * 60_000 < when.expiresAt.getTime()) return
  throw fieldProblem(
    'invalid_request',
    '/experiment/winner/after_minutes',
    'The message expires before the winner would be known.',
    'too_late',
  )
}

async function resolveContent(tx: Tx, workspaceId: string, input: MessageCreate) {
  if ((input.content === undefined) === (input.template_id === undefined)) {
    const pointer = input.content ? '/template_id' : '/content'
    throw fieldProblem(
      'invalid_request',
      pointer,
      'Give either content or template_id.',
      'content_or_template',
    )
  }
  const template = input.template_id ? await resolveTemplate(tx, workspaceId, input.template_id) : null
  if (input.template_id && !template)
    throw fieldProblem(
      'invalid_request',
      '/template_id',
      'There is no template with this id.',
      'unknown_template',
    )
  const content = template?.content ?? input.content ?? {}
  const overrides = { ...template?.overrides, ...input.overrides }
  const errors = checkContent(content, overrides, input.variables ?? {})
  if (input.channel === 'pass') errors.push(...(await checkPass(tx, workspaceId, content, overrides)))
  if (errors.length > 0) throw new Problem('invalid_content', { errors })
  checkConstantSize(content, overrides, channelPlatforms[input.channel])
  return { content, overrides, version: template?.version ?? null }
}

function refuseLargerThanConfirmed(
  { confirm_audience_at_most: most }: MessageCreate,
  estimated: number,
): void {
  if (most === undefined || estimated <= most) return
  throw new Problem('audience_too_large', {
    errors: [
      {
        pointer: '/confirm_audience_at_most',
        code: 'audience_too_large',
        detail: `${estimated} recipients match, you confirmed ${most}.`,
      },
    ],
  })
}
