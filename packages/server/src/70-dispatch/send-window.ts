import { channelOf, type Lane, type Parcel } from '../11-channels/index.ts'
import { loadTargets, type Target } from '../30-audience/index.ts'
import { type BatchRow, isUrgent } from '../50-schedule/index.ts'
import { personalise } from '../60-personalise/index.ts'
import type { DispatchDeps } from './dispatcher.ts'
import { gateEntry, gateMessage } from './gate-entries.ts'
import { breakCircuit, judgeVerdict, type Sent } from './judge-verdict.ts'
import type { PreparedMessage } from './message-cache.ts'
import { emptyResult, endingOf, type Retry, type WindowEntry, type WindowResult } from './window.ts'
import type { Standing } from './write-checkpoint.ts'

interface OpenWindow {
  batch: BatchRow
  entries: readonly WindowEntry[]
  message: PreparedMessage
  standing: Standing
}

interface Ready {
  parcel: Parcel
  sent: Sent
}

/** Takes one window through gates, personalisation and the provider; writes nothing. */
export async function sendWindow(deps: DispatchDeps, window: OpenWindow): Promise<WindowResult> {
  const result = emptyResult()
  const now = deps.now()
  if (excludeWhole(result, window, now)) return result
  const targets = await loadTargets(
    deps.store.bulk,
    window.entries.map((entry) => entry.subscriptionId),
  )
  const ready = prepare(result, window, targets, now)
  if (ready.length === 0) return result
  if (window.message.row.dry_run) {
    for (const { sent } of ready)
      result.endings.push(endingOf(sent.entry, 'excluded', 'dry_run', { userId: sent.userId }))
    return result
  }
  const lane = await deps.lanes.open(window.batch, window.standing.revision)
  if (!lane) throw new Error('The credential vanished between the gate and the lane.')
  await hand(deps, { result, window, ready, lane })
  return result
}

/** Cancelled, expired, unpublished, without credential: the same end for all. */
function excludeWhole(result: WindowResult, { batch, entries, standing }: OpenWindow, now: Date): boolean {
  const reason = gateMessage(standing, now)
  if (!reason) return false
  const hold = batch.last_failure ?? (standing.blocked_until ? standing.block_reason : null)
  for (const entry of entries) {
    const ending =
      reason === 'expired' && hold
        ? endingOf(entry, 'failed', hold as never, { code: batch.last_code, attempts: batch.attempt })
        : endingOf(entry, 'excluded', reason)
    result.endings.push(ending)
  }
  return true
}

function prepare(result: WindowResult, window: OpenWindow, targets: Map<string, Target>, now: Date): Ready[] {
  const ready: Ready[] = []
  for (const entry of window.entries) {
    const target = targets.get(entry.subscriptionId)
    const reason = gateEntry(entry, target, window.message.row)
    if (reason || !target) {
      result.endings.push(
        endingOf(entry, 'excluded', reason ?? 'subscription_deleted', {
          // Whom it was meant for, also where the device is somebody else's by now.
          userId: entry.userId ?? target?.user_id ?? null,
        }),
      )
      continue
    }
    if (target.environment !== window.batch.environment && !isSecondTry(window.batch, target)) {
      result.retries.push(reroute(window.batch, entry, target, now))
      continue
    }
    const made = makeParcel(window, entry, target, now)
    if ('parcel' in made) ready.push(made)
    else
      result.endings.push(
        endingOf(entry, 'excluded', made.excluded, {
          userId: target.user_id,
          detail: made.detail.slice(0, 500),
        }),
      )
  }
  return ready
}

/** Whether the batch brings a token here because the other environment called it bad, and it is still that token. */
function isSecondTry({ last_failure, due_at }: BatchRow, { registered_at }: Target): boolean {
  return last_failure === 'token_wrong_context' && registered_at <= due_at
}

/** The device was registered anew, or found, in the other environment after the audience was frozen. */
function reroute(batch: BatchRow, entry: WindowEntry, { environment }: Target, now: Date): Retry {
  const { ordinal, subscriptionId, userId } = entry
  return {
    entry: { ordinal, subscriptionId, userId },
    dueAt: now,
    attempt: batch.attempt,
    environment,
    failure: null,
    code: null,
  }
}

function makeParcel({ batch, message, standing }: OpenWindow, entry: WindowEntry, target: Target, now: Date) {
  const { row, app, content } = message
  const leftSeconds = Math.max(0, Math.floor((standing.expires_at.getTime() - now.getTime()) / 1000))
  const made = personalise(
    content,
    {
      platform: batch.platform,
      app,
      message: { id: row.id, metadata: row.metadata },
      variables: row.variables,
      target,
    },
    {
      deliveryId: entry.deliveryId,
      ttlSeconds: row.ttl_seconds === null ? leftSeconds : Math.min(row.ttl_seconds, leftSeconds),
      expiresAtSeconds: Math.floor(standing.expires_at.getTime() / 1000),
      priority: row.priority === 'high' ? 'high' : 'normal',
      collapseId: row.collapse_id ?? undefined,
    },
  )
  if ('excluded' in made) return made
  const address = { token: target.token, target: target.target ?? undefined, keys: target.keys ?? undefined }
  return {
    parcel: { deliveryId: entry.deliveryId, address, wire: made.wire },
    sent: {
      entry,
      tokenHash: target.token_hash,
      sentAtMs: now.getTime(),
      userId: target.user_id,
      registeredEnvironment: target.environment,
      isSecondTry: isSecondTry(batch, target),
    },
  }
}

async function hand(
  deps: DispatchDeps,
  { result, window, ready, lane }: { result: WindowResult; window: OpenWindow; ready: Ready[]; lane: Lane },
): Promise<void> {
  const { batch, message, standing } = window
  const verdicts = await lane.send(
    ready.map(({ parcel }) => parcel),
    { urgent: isUrgent(batch) },
  )
  const chance = deps.random()
  const judging = {
    attempt: batch.attempt,
    maxAttempts: message.row.max_attempts,
    expiresAt: standing.expires_at,
    now: deps.now(),
    environment: batch.environment,
    otherEnvironment: lane.otherEnvironment ?? null,
    blocks: standing.blocks,
    // One draw for all: what failed together comes back together, as one batch and not as one for each.
    random: () => chance,
  }
  for (const [i, { sent }] of ready.entries()) {
    const verdict = verdicts[i]
    if (!verdict)
      throw new Error(`The ${channelOf(batch.platform).platform} lane gave no verdict for parcel ${i}.`)
    judgeVerdict(result, verdict, sent, judging)
  }
  if (lane.isOneService) breakCircuit(result, verdicts, judging)
}
