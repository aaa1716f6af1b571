import type { Environment, ExcludedReason, FailedReason, Platform } from '@carillon/contract'
import type { BatchRow, Entry } from '../50-schedule/index.ts'
import type { Settlement } from './gates/take-use.ts'

/** A recipient in an open window. */
export interface WindowEntry extends Entry {
  deliveryId: string
}

/** How a delivery ended; becomes one row of `deliveries`. */
export interface Ending {
  ordinal: number
  subscriptionId: string
  userId: string | null
  outcome: 'sent' | 'failed' | 'excluded'
  reason: ExcludedReason | FailedReason | 'accepted'
  status?: number | null
  code?: string | null
  providerId?: string | null
  detail?: string | null
  attempts: number
}

/** A delivery that has not ended: it goes into a retry batch. */
export interface Retry {
  entry: Entry
  dueAt: Date
  attempt: number
  environment: Environment
  /** How it ends if it ends now; null while nothing stood in its way. */
  failure: FailedReason | 'quiet_hours' | null
  code: string | null
}

/** A token to retire, named so that only the one that failed is hit. */
export interface DeadToken {
  subscriptionId: string
  tokenHash: Buffer
  invalidSinceMs?: number
  sentAtMs: number
  code: string
}

/** Everything that one window leaves behind, written in one transaction. */
export interface WindowResult {
  endings: Ending[]
  retries: Retry[]
  dead: DeadToken[]
  /** Addresses whose person told the provider to stop. */
  optedOut: DeadToken[]
  relabelled: { subscriptionId: string; tokenHash: Buffer; environment: Environment }[]
  /** The lane is to be left alone for a while. */
  block: { until: Date; reason: FailedReason; detail: string } | null
  /** Of the credential that was sent with. */
  revision: string | null
  /** What becomes of the uses of those who were not sent to. */
  uses: Settlement[]
  /** Deliveries that were handed to a provider, whatever it answered. */
  handed: number
  /** Answers that say something about tokens, for the mass-retire guard and the breaker. */
  round: { accepted: number; dead: number; other: number }
}

export function emptyResult(): WindowResult {
  return {
    endings: [],
    retries: [],
    dead: [],
    optedOut: [],
    relabelled: [],
    block: null,
    revision: null,
    uses: [],
    handed: 0,
    round: { accepted: 0, dead: 0, other: 0 },
  }
}

/** The entries of a batch from `done`, at most `size` of them. */
export function windowOf(
  batch: BatchRow,
  size: number,
  idsOf: (ordinals: readonly number[]) => string[],
): WindowEntry[] {
  const from = batch.done
  const to = Math.min(batch.size, from + size)
  const ordinals = batch.ordinals.slice(from, to)
  const deliveryIds = idsOf(ordinals)
  return ordinals.map((ordinal, i) => ({
    ordinal,
    deliveryId: deliveryIds[i] as string,
    subscriptionId: batch.subscription_ids[from + i] as string,
    userId: batch.user_ids[from + i] ?? null,
  }))
}

export function endingOf(
  entry: Entry,
  outcome: Ending['outcome'],
  reason: Ending['reason'],
  more: Partial<Ending> = {},
): Ending {
  const { ordinal, subscriptionId, userId } = entry
  return { ordinal, subscriptionId, userId, outcome, reason, attempts: 0, ...more }
}

export type { Platform }
