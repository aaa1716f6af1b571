import type { Environment, Platform } from '@carillon/contract'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { type Candidate, type WalkPosition, walkAudience } from './audience-walk.ts'
import { announceBatches, type Entry, insertBatch } from './batches.ts'
import { type MessageRow, selectMessages } from './message-row.ts'
import { recordUnreachable } from './unreachable.ts'

/** Recipients in one batch: one lease, and the most that waits behind one slow window. */
const batchSize = 1_000

/** Freezes one step of the audience of one message that is due; false when none is. */
export async function freezeNext(db: Db, now: Date): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const message = await selectMessages(tx, now)
      .where('m.frozen_at', 'is', null)
      .where('m.start_at', '<=', now)
      .where((eb) =>
        eb.or([
          eb('m.paused_at', 'is', null),
          eb('m.cancelled_at', 'is not', null),
          eb('m.expires_at', '<=', now),
        ]),
      )
      .orderBy('m.start_at')
      .limit(1)
      .forUpdate('m')
      .skipLocked()
      .executeTakeFirst()
    if (!message) return false
    await freezeStep(tx, message as MessageRow, now)
    return true
  })
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

/**
 * Turns the next part of the audience into batches, one per provider lane, in one transaction with the place
 * where the next step goes on. True when the audience is frozen whole.
 */
export async function freezeStep(tx: Tx, message: MessageRow, now: Date): Promise<boolean> {
  const isOver = message.cancelled_at !== null || message.expires_at <= now
  const { workspace_id: workspaceId, app_id: appId, audience: to } = message
  const position = message.freeze_position as WalkPosition
  const { candidates, next } = isOver
    ? { candidates: [], next: null }
    : await walkAudience(tx, { workspaceId, appId, to, now }, position)
  await storeCandidates(tx, message, candidates, now)
  await tx
    .updateTable('messages')
    .set({
      freeze_position: JSON.stringify(next ?? {}),
      frozen_at: next ? null : now,
      targeted: message.targeted + candidates.length,
    })
    .where('id', '=', message.id)
    .execute()
  return next === null
}

async function storeCandidates(
  tx: Tx,
  message: MessageRow,
  candidates: readonly Candidate[],
  now: Date,
): Promise<void> {
  const lanes = new Map<string, { platform: Platform; environment: Environment; entries: Entry[] }>()
  const unreachable: { ordinal: number; userId: string | null }[] = []
  for (const [
    i,
    { subscription_id: subscriptionId, user_id: userId, platform, environment },
  ] of candidates.entries()) {
    const ordinal = message.targeted + i
    if (!subscriptionId || !platform || !environment) {
      unreachable.push({ ordinal, userId })
      continue
    }
    const key = `${platform}:${environment}`
    const lane = lanes.get(key) ?? { platform, environment, entries: [] }
    lanes.set(key, lane)
    lane.entries.push({ ordinal, subscriptionId, userId })
  }
  for (const { platform, environment, entries } of lanes.values()) {
    for (let from = 0; from < entries.length; from += batchSize) {
      await insertBatch(tx, {
        messageSeq: message.seq,
        appId: message.app_id,
        platform,
        environment,
        priority: priorityOf(message),
        entries: entries.slice(from, from + batchSize),
        attempt: 1,
        dueAt: now,
      })
    }
  }
  if (unreachable.length > 0) await recordUnreachable(tx, message.seq, unreachable, now)
  if (lanes.size > 0) await announceBatches(tx)
}

/** Lower goes first: transactional, then high, then the rest. */
function priorityOf({ category, priority }: MessageRow): number {
  if (category === 'transactional') return 0
  return priority === 'high' ? 1 : 2
}
