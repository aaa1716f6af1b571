import type { Audience, MessageAccepted, MessageCreate } from '@carillon/contract'
import { sql } from 'kysely'
import { fieldProblem, newId, Problem, type Tx } from '../../00-kernel/index.ts'
import { type AppRow, findApp, findOnlyApp } from '../../12-apps/index.ts'
import { getSettings } from '../../30-audience/index.ts'
import { checkConstantSize, checkContent, resolveTemplate } from '../../40-content/index.ts'
import { estimateAudience } from './audience-walk.ts'
import type { Round } from './campaign-members.ts'
import { checkAudience } from './check-audience.ts'
import { freezeWhole } from './freeze-audience.ts'

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
  const order = await checkOrder(tx, workspaceId, input, now)
  const estimated = await estimateAudience(tx, whomOf(order, now))
  refuseLargerThanConfirmed(input, estimated)
  return storeMessage(tx, order, { estimated, now })
}

/** Of which campaign a message is a run, and of which round. */
export interface RunOf {
  campaignId: string
  round: Round
}

/** One run of a campaign, to those of the audience whom the round has not met; null when there is nobody. */
export async function createRun(
  tx: Tx,
  workspaceId: string,
  input: MessageCreate,
  { run, now }: { run: RunOf; now: Date },
): Promise<MessageAccepted | null> {
  const order = { ...(await checkOrder(tx, workspaceId, input, now)), run }
  const estimated = await estimateAudience(tx, whomOf(order, now))
  return estimated === 0 ? null : storeMessage(tx, order, { estimated, now })
}

/** A message with everything that it needs found and checked. */
type Order = Awaited<ReturnType<typeof checkOrder>> & { run?: RunOf }

async function checkOrder(tx: Tx, workspaceId: string, input: MessageCreate, now: Date) {
  const app = await resolveApp(tx, workspaceId, input)
  await checkAudience(tx, workspaceId, app.id, input.to)
  const what = await resolveContent(tx, workspaceId, input)
  const settings = await getSettings(tx, workspaceId)
  const when = resolveTimes(input, settings.defaultTtlSeconds, now)
  return { workspaceId, input, app, what, settings, when }
}

function whomOf({ workspaceId, app, input, run }: Order, now: Date) {
  return { workspaceId, appId: app.id, to: input.to, now, round: run?.round }
}

async function storeMessage(
  tx: Tx,
  { workspaceId, input, app, what, settings, when, run }: Order,
  { estimated, now }: { estimated: number; now: Date },
): Promise<MessageAccepted> {
  const id = newId()
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
      priority: input.priority ?? (input.category === 'transactional' ? 'high' : 'normal'),
      collapse_id: input.collapse_id ?? null,
      metadata: JSON.stringify(input.metadata ?? {}),
      dry_run: input.dry_run,
      start_at: when.startAt,
      expires_at: when.expiresAt,
      ttl_seconds: input.ttl_seconds ?? null,
      max_attempts: settings.maxAttempts,
      freeze_position: '{}',
      estimated,
      created_at: now,
      campaign_id: run?.campaignId ?? null,
      campaign_message_id: run?.round.campaignMessageId ?? null,
      campaign_round_at: run?.round.at ?? null,
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
  if (errors.length > 0) throw new Problem('invalid_content', { errors })
  checkConstantSize(content, overrides)
  return { content, overrides, version: template?.version ?? null }
}

function resolveTimes(input: MessageCreate, defaultTtlSeconds: number, now: Date) {
  const startAt = input.start_at ? new Date(Math.max(Date.parse(input.start_at), now.getTime())) : now
  // A time to live of 0 is an order to the provider; we still need the time to hand it over.
  const lifeSeconds = input.ttl_seconds || defaultTtlSeconds
  const expiresAt = input.expires_at
    ? new Date(input.expires_at)
    : new Date(startAt.getTime() + lifeSeconds * 1000)
  if (expiresAt <= startAt)
    throw fieldProblem(
      'invalid_request',
      '/expires_at',
      'must be after the start and in the future',
      'too_early',
    )
  const latest = now.getTime() + 400 * 24 * 3_600_000
  if (startAt.getTime() > latest)
    throw fieldProblem('invalid_request', '/start_at', 'is more than 400 days ahead', 'too_late')
  return { startAt, expiresAt }
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
