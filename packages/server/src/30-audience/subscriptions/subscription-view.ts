import type { Subscription, SubscriptionResult } from '@carillon/contract'
import type { Caller } from '../../00-kernel/index.ts'
import type { SubscriptionRow } from './store.ts'

/** A subscription as callers see it: the whole token only for those who could send to it anyway. */
export function subscriptionView(row: SubscriptionRow, caller: Caller): Subscription {
  return {
    id: row.id,
    app_id: row.app_id,
    platform: row.platform,
    environment: row.environment,
    token: shownToken(row.token, caller.kind),
    device_id: row.device_id,
    device_name: row.device_name,
    user_id: row.user_id,
    reconciliation_value: row.reconciliation_value,
    status: row.status,
    status_reason: row.status_reason,
    permission: row.permission,
    locale: row.locale,
    timezone: row.timezone,
    app_version: row.app_version,
    registered_at: row.registered_at.toISOString(),
    created_at: row.created_at.toISOString(),
  }
}

export function resultView({ id, status, user_id }: SubscriptionResult): SubscriptionResult {
  return { id, status, user_id }
}

/** Enough to recognise it, too little to send to it. */
export function shownToken(token: string, to: Caller['kind']): string {
  if (to === 'secret' || to === 'console') return token
  return token.length < 16 ? `${token.slice(0, 4)}…` : `${token.slice(0, 4)}…${token.slice(-4)}`
}
