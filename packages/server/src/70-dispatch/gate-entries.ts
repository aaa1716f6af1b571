import type { ExcludedReason } from '@carillon/contract'
import { refuseConsent, type Target } from '../30-audience/index.ts'
import type { MessageRow } from '../50-schedule/index.ts'
import { isHeldOut } from './gates/holdout.ts'
import type { MessageGates } from './gates/rule-book.ts'
import type { WindowEntry } from './window.ts'
import type { Standing } from './write-checkpoint.ts'

/** Why the whole window is not sent, or null. In the documented order. */
export function gateMessage(
  { cancelled_at, expires_at, app_status, revision }: Standing,
  now: Date,
): ExcludedReason | null {
  if (cancelled_at) return 'cancelled'
  if (expires_at <= now) return 'expired'
  if (app_status !== 'published') return 'app_unpublished'
  if (!revision) return 'no_credential'
  return null
}

const statusReasons = {
  active: null,
  unsubscribed: 'unsubscribed',
  retired: 'token_retired',
  suspect: 'token_suspect',
} as const satisfies Record<string, ExcludedReason | null>

export interface Refusal {
  reason: ExcludedReason
  /** What the reason leaves open, such as which consent. */
  detail?: string
}

/** Why one recipient is not sent to, or null: the gates before the caps, in the documented order. */
export function gateEntry(
  entry: WindowEntry,
  target: Target | undefined,
  {
    message,
    gates,
  }: { message: Pick<MessageRow, 'content' | 'category'> & { is_reply?: boolean }; gates: MessageGates },
): Refusal | null {
  if (!target) return { reason: 'subscription_deleted' }
  const { user, user_id: userId } = target
  if (entry.userId && userId !== entry.userId) return { reason: 'subscription_moved' }
  const byStatus = statusReasons[target.status]
  // Whoever wrote STOP is told so, once.
  if (message.is_reply && (byStatus === null || byStatus === 'unsubscribed')) return null
  if (byStatus && !isReceipt(target, message)) return { reason: byStatus }
  const denial = refuseConsent(gates.consent, gates.channel, user?.consents ?? {})
  if (denial) return { reason: 'no_consent', detail: denial }
  // A silent push shows nothing, so there is nothing to permit.
  if (target.permission === 'denied' && !message.content.silent) return { reason: 'permission_denied' }
  if (gates.holdout && userId && isHeldOut(gates.holdout, userId)) return { reason: 'holdout' }
  return null
}

/** An unsubscribe link ends the emails that carry one, and what is transactional carries none. */
function isReceipt({ platform, status }: Target, { category }: Pick<MessageRow, 'category'>): boolean {
  return platform === 'email' && status === 'unsubscribed' && category === 'transactional'
}
