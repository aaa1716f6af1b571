import type { ExcludedReason } from '@carillon/contract'
import type { Target } from '../30-audience/index.ts'
import type { MessageRow } from '../50-schedule/index.ts'
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

/** Why one recipient is not sent to, or null. */
export function gateEntry(
  entry: WindowEntry,
  target: Target | undefined,
  { content }: MessageRow,
): ExcludedReason | null {
  if (!target) return 'subscription_deleted'
  if (entry.userId && target.user_id !== entry.userId) return 'subscription_moved'
  const byStatus = statusReasons[target.status]
  if (byStatus) return byStatus
  // A silent push shows nothing, so there is nothing to permit.
  if (target.permission === 'denied' && !content.silent) return 'permission_denied'
  return null
}
