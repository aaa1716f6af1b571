import type { Vault } from '../../00-kernel/index.ts'
import type { WebhookRow } from './store.ts'

/** How long the secret before a rotation goes on signing. */
export const overlapMs = 24 * 3_600_000

export function sealSecret(vault: Vault, webhookId: string, secret: string): Buffer {
  return vault.seal(secret, contextOf(webhookId))
}

/** The secrets that sign at this moment, the newest first. Null when another SECRET_KEY sealed the newest. */
export function secretsOf(
  vault: Vault,
  { id, secret, old_secret, old_secret_until }: WebhookRow,
  now: Date,
): [string, ...string[]] | null {
  const newest = vault.tryOpen(secret, contextOf(id))
  if (newest === null) return null
  const isDue = old_secret !== null && old_secret_until !== null && old_secret_until > now
  const old = isDue ? vault.tryOpen(old_secret, contextOf(id)) : null
  return old === null ? [newest] : [newest, old]
}

function contextOf(webhookId: string): string {
  return `webhook ${webhookId}`
}
