import { channelOf, type Lane, type Parcel } from '../11-channels/index.ts'
import { loadTargets, type Target } from '../30-audience/index.ts'
import { readSerials } from '../45-passes/index.ts'
import { type BatchRow, controlArm, isUrgent } from '../50-schedule/index.ts'
import { personalise } from '../60-personalise/index.ts'
import type { DispatchDeps } from './dispatcher.ts'
import { gateEntry, gateMessage, type Refusal } from './gate-entries.ts'
import { mayHoldUses, type Passing, passPeople, settlementsOf } from './gates/pass-people.ts'
import { gatesOf, type MessageGates } from './gates/rule-book.ts'
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
  const { batch, message, standing } = window
  const now = deps.now()
  const gates = gatesOf(await deps.rulesOf(message.row.workspace_id, standing.rules_revision), message.row)
  const mayHold = gates.caps !== null && mayHoldUses(batch)
  const isWhole = excludeWhole(result, window, now)
  if (isWhole && !mayHold) return result
  const targets = await loadTargets(
    deps.store.bulk,
    window.entries.map((entry) => entry.subscriptionId),
  )
  /** Whose use each delivery may hold. */
  const holders = new Map<number, string>()
  if (mayHold) addHolders(holders, window.entries, targets)
  if (!isWhole) {
    const people = passGates(result, { window, gates, now }, targets)
    const passage = { batch, message, gates, now, expiresAt: standing.expires_at, random: deps.random }
    const passed = await passPeople(result, { db: deps.store.bulk, ...passage }, people)
    if (gates.caps && !message.row.dry_run)
      addHolders(
        holders,
        passed.map(({ entry }) => entry),
        targets,
      )
    const passUrls = await findPassUrls(deps, window, passed)
    const ready = prepare(result, window, passed, { ...deps, now, passUrls })
    await handOver(deps, { result, window, ready })
  }
  result.uses = settlementsOf(result, holders)
  return result
}

function addHolders(
  holders: Map<number, string>,
  entries: readonly WindowEntry[],
  targets: ReadonlyMap<string, Target>,
): void {
  for (const { ordinal, userId, subscriptionId } of entries) {
    const holder = userId ?? targets.get(subscriptionId)?.user_id
    if (holder) holders.set(ordinal, holder)
  }
}

/** A dry run ends here. */
async function handOver(
  deps: DispatchDeps,
  { result, window, ready }: { result: WindowResult; window: OpenWindow; ready: Ready[] },
): Promise<void> {
  if (ready.length === 0) return
  if (window.message.row.dry_run) {
    for (const { sent } of ready)
      result.endings.push(endingOf(sent.entry, 'excluded', 'dry_run', { userId: sent.userId }))
    return
  }
  const lane = await deps.lanes.open(window.batch, window.standing.revision)
  if (!lane) throw new Error('The credential vanished between the gate and the lane.')
  await hand(deps, { result, window, ready, lane })
}

/** Cancelled, expired, unpublished, without credential: the same end for all. */
function excludeWhole(result: WindowResult, { batch, entries, standing }: OpenWindow, now: Date): boolean {
  const reason = gateMessage(standing, now)
  if (!reason) return false
  const hold = batch.last_failure ?? (standing.blocked_until ? standing.block_reason : null)
  for (const entry of entries) {
    if (reason !== 'expired' || !hold) result.endings.push(endingOf(entry, 'excluded', reason))
    else if (hold === 'quiet_hours') result.endings.push(endingOf(entry, 'excluded', hold))
    else {
      const { last_code: code, attempt: attempts } = batch
      result.endings.push(endingOf(entry, 'failed', hold as never, { code, attempts }))
    }
  }
  return true
}

/** The gates that ask only what is known already. */
function passGates(
  result: WindowResult,
  { window, gates, now }: { window: OpenWindow; gates: MessageGates; now: Date },
  targets: ReadonlyMap<string, Target>,
): Passing[] {
  const passing: Passing[] = []
  for (const entry of window.entries) {
    const target = targets.get(entry.subscriptionId)
    const refusal = gateEntry(entry, target, { message: window.message.row, gates }) ?? gateArm(window.batch)
    if (refusal || !target) {
      const { reason, detail } = refusal ?? { reason: 'subscription_deleted' }
      result.endings.push(
        endingOf(entry, 'excluded', reason, {
          // Whom it was meant for, also where the device is somebody else's by now.
          userId: entry.userId ?? target?.user_id ?? null,
          detail,
        }),
      )
      continue
    }
    if (target.environment !== window.batch.environment && !isSecondTry(window.batch, target)) {
      result.retries.push(reroute(window.batch, entry, target, now))
      continue
    }
    passing.push({ entry, target })
  }
  return passing
}

function prepare(
  result: WindowResult,
  window: OpenWindow,
  people: readonly Passing[],
  making: Making,
): Ready[] {
  const ready: Ready[] = []
  for (const { entry, target } of people) {
    const made = makeParcel(window, entry, target, making)
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

/** The control group of an experiment gets nothing; whoever could not have got anything is not of it. */
function gateArm({ variant }: BatchRow): Refusal | null {
  return variant === controlArm ? { reason: 'control_group' } : null
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

/** The links of people's passes, where the content names them: no other message pays for the look. */
async function findPassUrls(
  { store, passUrl }: DispatchDeps,
  { batch, message }: OpenWindow,
  people: readonly Passing[],
): Promise<ReadonlyMap<string, string>> {
  if (!message.content.namesPassUrl) return new Map()
  const userIds = people.flatMap(({ target }) => target.user_id ?? [])
  const serials = await readSerials(store.bulk, batch.app_id, userIds)
  return new Map([...serials].map(([userId, serial]) => [userId, passUrl(serial)]))
}

interface Making extends Pick<DispatchDeps, 'unsubscribeUrl' | 'trackingOf'> {
  now: Date
  passUrls: ReadonlyMap<string, string>
}

function makeParcel(
  { batch, message, standing }: OpenWindow,
  entry: WindowEntry,
  target: Target,
  { now, unsubscribeUrl, trackingOf, passUrls }: Making,
) {
  const { row, app, content } = message
  const leftSeconds = Math.max(0, Math.floor((standing.expires_at.getTime() - now.getTime()) / 1000))
  const made = personalise(
    content,
    {
      platform: batch.platform,
      app,
      message: { id: row.id, metadata: row.metadata },
      variables: row.variables,
      passUrl: passUrls.get(target.user_id ?? ''),
      target,
    },
    {
      deliveryId: entry.deliveryId,
      ttlSeconds: row.ttl_seconds === null ? leftSeconds : Math.min(row.ttl_seconds, leftSeconds),
      expiresAtSeconds: Math.floor(standing.expires_at.getTime() / 1000),
      priority: row.priority === 'high' ? 'high' : 'normal',
      collapseId: row.collapse_id ?? undefined,
      ...(batch.platform === 'email' && { tracking: trackingOf(entry.deliveryId) }),
      ...(batch.platform === 'email' &&
        row.category === 'marketing' && { unsubscribeUrl: unsubscribeUrl(entry) }),
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
  result.handed = ready.length
  result.revision = standing.revision
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
