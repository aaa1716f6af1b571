import type { Webhook, WebhookAttempt } from '@carillon/contract'
import type { AttemptRow, WebhookWithQueue } from './store.ts'

export function webhookView(row: WebhookWithQueue, now: Date): Webhook {
  const timeOf = (time: Date | null) => time?.toISOString() ?? null
  const isAhead = (time: Date | null) => time !== null && time > now
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    types: row.types,
    enabled: row.enabled,
    disabled_reason: row.disabled_reason,
    disabled_detail: row.disabled_detail,
    disabled_at: timeOf(row.disabled_at),
    old_secret_until: isAhead(row.old_secret_until) ? timeOf(row.old_secret_until) : null,
    failing_since: timeOf(row.failing_since),
    held_until: isAhead(row.held_until) ? timeOf(row.held_until) : null,
    last_success_at: timeOf(row.last_success_at),
    retrying: row.retrying,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

export function attemptView({ webhook_id: _, at, next_at, ...row }: AttemptRow): WebhookAttempt {
  return { ...row, at: at.toISOString(), next_at: next_at?.toISOString() ?? null }
}
