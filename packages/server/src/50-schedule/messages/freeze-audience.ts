import { channelPlatforms, type Environment, type Platform } from '@carillon/contract'
import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { issuePasses } from '../../45-passes/index.ts'
import { armOf, drawsOf, holdWinner } from '../experiments/index.ts'
import { type Candidate, estimateAudience, type WalkPosition, walkAudience } from './audience-walk.ts'
import { announceBatches, type Entry, insertBatches } from './batches.ts'
import { admitMembers, roundOf } from './campaign-members.ts'
import type { MessageRow } from './message-row.ts'
import { type Placed, placeInTime, type SpreadBegun } from './timing/place-in-time.ts'
import { type LateEntry, recordTooLate } from './timing/record-too-late.ts'
import { recordUnreachable } from './unreachable.ts'

/** Recipients in one batch: one lease, and the most that waits behind one slow window. */
const batchSize = 1_000

/** A message without what is derived from its batches. */
type Freezable = Omit<MessageRow, 'is_open' | 'finished_at' | 'in_flight' | 'next_due_at'>

export interface Freezing {
  now: Date
  /** Keys looked at in one step: it bounds the step's time, whatever share of the keys matches. */
  stepKeys: number
}

/**
 * Freezes one step of the audience of one message that is due. `idle`: none is. `taken`: another scheduler was
 * quicker, and this step was in vain.
 */
export async function freezeNext(db: Db, to: Freezing): Promise<'stepped' | 'idle' | 'taken'> {
  const message = (await selectDue(db, to.now).executeTakeFirst()) as Freezable | undefined
  if (!message) return 'idle'
  // Nothing is locked meanwhile: dispatch holds the message as well, window by window.
  const step = await findStep(db, message, to)
  return db
    .transaction()
    .execute(async (tx) => ((await storeStep(tx, message, step, to.now)) ? 'stepped' : 'taken'))
}

function selectDue(db: Db, now: Date) {
  return db
    .selectFrom('messages')
    .selectAll()
    .where('frozen_at', 'is', null)
    .where('start_at', '<=', now)
    .where((eb) =>
      eb.or([eb('paused_at', 'is', null), eb('cancelled_at', 'is not', null), eb('expires_at', '<=', now)]),
    )
    .orderBy('start_at')
    .limit(1)
}

/** When the next message starts, for a scheduler with nothing to do. */
export async function nextStart(db: Db): Promise<Date | null> {
  const row = await db
    .selectFrom('messages')
    .select((eb) => eb.fn.min('start_at').as('at'))
    .where('frozen_at', 'is', null)
    .where('paused_at', 'is', null)
    .executeTakeFirst()
  return row?.at ?? null
}

/** Freezes the whole audience of a message that was just stored. */
export async function freezeWhole(tx: Tx, id: string, to: Freezing): Promise<void> {
  for (;;) {
    const message = (await tx
      .selectFrom('messages')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()) as Freezable
    const step = await findStep(tx, message, to)
    await storeStep(tx, message, step, to.now)
    if (!step.next) return
  }
}

/** Where freezing goes on; a spread keeps when and over how many it began. */
type FreezePosition = WalkPosition & { spread?: SpreadBegun }

type Candidates = readonly Placed<Candidate>[]

interface Step {
  candidates: Candidates
  next: FreezePosition | null
}

async function findStep(db: Db | Tx, message: Freezable, { now, stepKeys }: Freezing): Promise<Step> {
  if (message.cancelled_at !== null || message.expires_at <= now) return { candidates: [], next: null }
  const { workspace_id: workspaceId, app_id: appId, audience: to } = message
  const platforms = channelPlatforms[message.channel]
  const keys = stepKeys * (sharesTurns(message) ? stepsAtOnce : 1)
  const walk = { workspaceId, appId, platforms, to, now, stepKeys: keys, round: roundOf(message) }
  const { spread: begun, ...position } = message.freeze_position as FreezePosition
  const { candidates, next } = await walkAudience(db, walk, position)
  const isSpread = message.delivery?.kind === 'spread' && next !== null
  const spread = begun ?? (isSpread ? await beginSpread(db, walk) : null)
  const placed = await placeInTime(db, message, candidates, { now, spread })
  return { candidates: placed, next: next && spread ? { ...next, spread } : next }
}

/** People with one turn go into one batch, and a step has dozens of turns: a longer one fills their batches better. */
const stepsAtOnce = 8

function sharesTurns({ delivery }: Freezable): boolean {
  return delivery?.kind === 'local_time' || delivery?.kind === 'best_time'
}

/** Over those who are there now; whoever comes before the walk is done is few, and last. */
async function beginSpread(db: Db | Tx, walk: Parameters<typeof estimateAudience>[1]): Promise<SpreadBegun> {
  return { beganAt: walk.now.toISOString(), total: await estimateAudience(db, walk) }
}

/**
 * Turns the candidates into batches, one per provider lane, in one transaction with the place where the next step
 * goes on. False when the message is not at this step any more; then nothing was stored.
 */
async function storeStep(
  tx: Tx,
  message: Freezable,
  { candidates, next }: Step,
  now: Date,
): Promise<boolean> {
  const moved = await tx
    .updateTable('messages')
    .set({
      freeze_position: JSON.stringify(next ?? {}),
      frozen_at: next ? null : now,
      targeted: message.targeted + candidates.length,
    })
    .where('id', '=', message.id)
    .where('frozen_at', 'is', null)
    .where(
      'freeze_position',
      '=',
      sql<Record<string, unknown>>`${JSON.stringify(message.freeze_position)}::jsonb`,
    )
    .executeTakeFirst()
  if (moved.numUpdatedRows !== 1n) return false
  const admitted = await admitMembers(tx, message, candidates)
  if (admitted.length < candidates.length) {
    const targeted = message.targeted + admitted.length
    await tx.updateTable('messages').set({ targeted }).where('id', '=', message.id).execute()
  }
  await storeCandidates(tx, message, admitted, now)
  return true
}

async function storeCandidates(tx: Tx, message: Freezable, candidates: Candidates, now: Date): Promise<void> {
  const reached = message.channel === 'pass' ? await withPasses(tx, message, candidates, now) : candidates
  const { lanes, unreachable, tooLate } = sort(reached, message.targeted, await divide(tx, message))
  const batches = [...lanes.values()].flatMap(({ platform, environment, variant, dueAt, entries }) =>
    slices(entries, batchSize).map((slice) => ({
      messageSeq: message.seq,
      appId: message.app_id,
      platform,
      environment,
      variant,
      priority: priorityOf(message),
      entries: slice,
      attempt: 1,
      dueAt,
    })),
  )
  if (unreachable.length > 0) await recordUnreachable(tx, message.seq, unreachable, now)
  if (tooLate.length > 0) await recordTooLate(tx, message.seq, tooLate, now)
  if (batches.length === 0) return
  await insertBatches(tx, batches)
  await announceBatches(tx)
}

/** Somebody without a pass gets one by being sent it. */
async function withPasses(
  tx: Tx,
  message: Freezable,
  candidates: Candidates,
  now: Date,
): Promise<Candidates> {
  const { workspace_id: workspaceId, app_id: appId } = message
  return issuePasses(tx, { workspaceId, appId, now }, candidates)
}

type Divide = (candidate: Candidate) => number | null

/** Which arm of the message's experiment each is in. */
async function divide(tx: Tx, { experiment, experiment_id: id }: Freezable): Promise<Divide> {
  if (!experiment || !id) return () => null
  const winner = await holdWinner(tx, id)
  return ({ owner_id, subscription_id }) =>
    armOf(experiment, drawsOf(id, owner_id ?? String(subscription_id)), winner)
}

interface LaneEntries {
  platform: Platform
  environment: Environment
  variant: number | null
  dueAt: Date
  entries: Entry[]
}

function sort(candidates: Candidates, firstOrdinal: number, variantOf: Divide) {
  const lanes = new Map<string, LaneEntries>()
  const unreachable: { ordinal: number; userId: string | null }[] = []
  const tooLate: LateEntry[] = []
  candidates.forEach((candidate, i) => {
    const { subscription_id: subscriptionId, user_id: userId, platform, environment } = candidate
    const ordinal = firstOrdinal + i
    if (!subscriptionId || !platform || !environment) {
      unreachable.push({ ordinal, userId })
      return
    }
    const dueAt = candidate.due_at
    if (!dueAt) {
      tooLate.push({ ordinal, subscriptionId, userId: candidate.owner_id, platform })
      return
    }
    const variant = variantOf(candidate)
    const key = `${platform}:${environment}:${variant}:${dueAt.getTime()}`
    const lane = lanes.get(key) ?? { platform, environment, variant, dueAt, entries: [] }
    lanes.set(key, lane)
    lane.entries.push({ ordinal, subscriptionId, userId })
  })
  return { lanes, unreachable, tooLate }
}

function slices<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  )
}

/**
 * Lower goes first: transactional; then what is of high priority or names its recipients, which something that
 * just happened has set off; then the rest.
 */
function priorityOf({ category, priority, audience }: Freezable): number {
  if (category === 'transactional') return 0
  const isToAudience = audience.all !== undefined || audience.segment_ids !== undefined
  return priority === 'high' || !isToAudience ? 1 : 2
}
