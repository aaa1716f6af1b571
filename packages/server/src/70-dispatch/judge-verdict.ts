import type { Environment, FailedReason } from '@carillon/contract'
import type { Verdict, VerdictClass } from '../11-channels/index.ts'
import { retryDelayMs } from './retry-delay.ts'
import { type DeadToken, endingOf, type WindowEntry, type WindowResult } from './window.ts'

/** What is known about a parcel beyond the provider's answer. */
export interface Sent {
  entry: WindowEntry
  tokenHash: Buffer
  sentAtMs: number
  userId: string | null
  /** The environment that the subscription is registered for. */
  registeredEnvironment: Environment
  /** The other environment has called this token bad already, for this delivery. */
  isSecondTry: boolean
}

export interface Judging {
  attempt: number
  maxAttempts: number
  expiresAt: Date
  now: Date
  /** The lane's environment. */
  environment: Environment
  /** Where else a token may be valid with the same credential: once, then it counts as dead. */
  otherEnvironment: Environment | null
  /** How often the lane was blocked in a row. */
  blocks: number
  random: () => number
}

/** How a class fails when it can no longer be retried. */
const failureOf: Record<Exclude<VerdictClass, 'accepted'>, FailedReason> = {
  token_dead: 'token_unregistered',
  token_wrong_context: 'token_wrong_context',
  message_bad: 'message_rejected',
  retry: 'provider_unavailable',
  throttle_target: 'throttled',
  throttle_project: 'throttled',
  auth_refresh: 'credential_rejected',
  auth_broken: 'credential_rejected',
  unknown_outcome: 'provider_unavailable',
  dropped: 'provider_dropped',
  target_refused: 'target_refused',
  opted_out: 'opted_out',
}

/** Turns one answer into what is to be written; the switch is the engine's half of the outcome table. */
export function judgeVerdict(result: WindowResult, verdict: Verdict, sent: Sent, judging: Judging): void {
  switch (verdict.class) {
    case 'accepted':
      result.round.accepted += 1
      if (judging.environment !== sent.registeredEnvironment) relabel(result, sent, judging.environment)
      return end(result, verdict, sent, judging, 'sent')
    case 'token_dead':
      return die(result, verdict, sent, judging)
    case 'token_wrong_context':
      return wrongContext(result, verdict, sent, judging)
    case 'opted_out':
      result.round.other += 1
      result.optedOut.push(addressOf(verdict, sent))
      return end(result, verdict, sent, judging, 'failed')
    case 'message_bad':
    case 'dropped':
    case 'target_refused':
      return end(result, verdict, sent, judging, 'failed')
    case 'auth_broken':
      // Apple limits some keys to one environment: then the other cannot be asked, which is no fault of the key.
      if (sent.isSecondTry) return end(result, verdict, sent, judging, 'failed', 'token_wrong_context')
      block(result, verdict, judging)
      // The block holds it. A due time of its own would hold it still when a better credential lifts the block.
      return again(result, verdict, sent, { ...judging, dueAt: judging.now, countsAsAttempt: false })
    case 'throttle_project':
      block(result, verdict, judging)
      // Not the message's fault: no attempt is used up, only its time.
      return again(result, verdict, sent, { ...judging, dueAt: result.block?.until, countsAsAttempt: false })
    case 'throttle_target':
      return again(result, verdict, sent, { ...judging, countsAsAttempt: false })
    case 'retry':
    case 'unknown_outcome':
    case 'auth_refresh':
      return again(result, verdict, sent, { ...judging, countsAsAttempt: true })
  }
}

/** Fewer answers than this say nothing about the service. */
const fewestForBreaker = 10

/**
 * The circuit breaker: a window in which nobody got through to a service closes its lane for a while, so that the
 * rest of the audience waits instead of using up attempts. It opens with a single request.
 */
export function breakCircuit(result: WindowResult, verdicts: readonly Verdict[], judging: Judging): void {
  const isDown = verdicts.every(
    ({ class: kind, concernsAddress }) =>
      !concernsAddress && (kind === 'retry' || kind === 'unknown_outcome'),
  )
  if (!isDown || result.block || (verdicts.length < fewestForBreaker && judging.blocks === 0)) return
  const { now, blocks, random } = judging
  const ms = Math.min(300_000, 2_000 * 2 ** Math.min(blocks, 8)) * (0.75 + random() / 2)
  const [first] = verdicts
  result.block = {
    until: new Date(now.getTime() + ms),
    reason: 'provider_unavailable',
    detail: detailOf(first as Verdict),
  }
}

function relabel(result: WindowResult, { entry, tokenHash }: Sent, environment: Environment): void {
  result.relabelled.push({ subscriptionId: entry.subscriptionId, tokenHash, environment })
}

function die(result: WindowResult, verdict: Verdict, sent: Sent, judging: Judging): void {
  result.round.dead += 1
  result.dead.push(addressOf(verdict, sent))
  end(
    result,
    verdict,
    sent,
    judging,
    'failed',
    verdict.code === 'BadDeviceToken' ? 'token_invalid' : undefined,
  )
}

function addressOf(
  { code, status, tokenInvalidSinceMs }: Verdict,
  { entry, tokenHash, sentAtMs }: Sent,
): DeadToken {
  const { subscriptionId } = entry
  return {
    subscriptionId,
    tokenHash,
    invalidSinceMs: tokenInvalidSinceMs,
    sentAtMs,
    code: code ?? String(status),
  }
}

/** A token of the other environment gets one try there; refused by both it is dead (never on one answer alone). */
function wrongContext(result: WindowResult, verdict: Verdict, sent: Sent, judging: Judging): void {
  const isEnvironment = verdict.code === 'BadDeviceToken'
  if (isEnvironment && sent.isSecondTry) return die(result, verdict, sent, judging)
  result.round.other += 1
  if (!isEnvironment || !judging.otherEnvironment) {
    return end(result, verdict, sent, judging, 'failed', isEnvironment ? 'token_invalid' : undefined)
  }
  again(result, verdict, sent, {
    ...judging,
    // At once; and it says which registrations the first refusal knew of.
    dueAt: new Date(sent.sentAtMs),
    environment: judging.otherEnvironment,
    countsAsAttempt: false,
  })
}

function block(result: WindowResult, verdict: Verdict, { now, blocks, random }: Judging): void {
  const ms =
    verdict.retryAfterMs ?? Math.min(600_000, 15_000 * 2 ** Math.min(blocks, 6)) * (0.75 + random() / 2)
  const until = new Date(now.getTime() + ms)
  if (result.block && result.block.until >= until) return
  result.block = {
    until,
    reason: verdict.class === 'auth_broken' ? 'credential_rejected' : 'throttled',
    detail: detailOf(verdict),
  }
}

function detailOf({ status, code, detail }: Verdict): string {
  return [status, code, detail]
    .filter((part) => part != null)
    .join(' ')
    .slice(0, 500)
}

type Again = Judging & { dueAt?: Date; countsAsAttempt: boolean }

function again(result: WindowResult, verdict: Verdict, sent: Sent, judging: Again): void {
  const failure = failureOf[verdict.class as Exclude<VerdictClass, 'accepted'>]
  const attempt = judging.attempt + (judging.countsAsAttempt ? 1 : 0)
  const delayMs = retryDelayMs(judging.attempt, verdict.retryAfterMs ?? null, judging.random)
  const dueAt = judging.dueAt ?? new Date(judging.now.getTime() + delayMs)
  const isOver = dueAt >= judging.expiresAt || attempt > judging.maxAttempts
  if (isOver && judging.countsAsAttempt) return end(result, verdict, sent, judging, 'failed', failure)
  // A hold that outlasts the message ends with it: the batch comes back at the expiry and fails then.
  const due = dueAt < judging.expiresAt ? dueAt : judging.expiresAt
  const { ordinal, subscriptionId, userId } = sent.entry
  result.retries.push({
    entry: { ordinal, subscriptionId, userId },
    dueAt: due,
    attempt,
    environment: judging.environment,
    failure,
    code: verdict.code,
  })
}

function end(
  result: WindowResult,
  verdict: Verdict,
  sent: Sent,
  judging: Judging,
  outcome: 'sent' | 'failed',
  reason?: FailedReason,
): void {
  const isOwnId = verdict.providerId === sent.entry.deliveryId
  result.endings.push(
    endingOf(
      sent.entry,
      outcome,
      verdict.class === 'accepted' ? 'accepted' : (reason ?? failureOf[verdict.class]),
      {
        userId: sent.userId,
        status: verdict.status,
        code: verdict.code,
        // APNs echoes our own id: storing it again would only take room.
        providerId: isOwnId ? null : (verdict.providerId ?? null),
        detail: verdict.detail ?? null,
        attempts: judging.attempt,
      },
    ),
  )
}
