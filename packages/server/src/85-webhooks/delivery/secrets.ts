import type { Vault } from '../../00-kernel/index.ts'
import type { WebhookRow } from './store.ts'

/** How long the secret before a rotation goes on signing. */
export const overlapMs = 24 * 3_600_000

export function sealSecret(vault: Vault, webhookId: string, secret: string): Buffer {
  return vault.seal(secret, contextOf(webhookId))
}

/** The secrets that sign at this moment, the newest first. */
export function secretsOf(
  vault: Vault,
  { id, secret, old_secret, old_secret_until }: WebhookRow,
  now: Date,
): [string, ...string[]] {
  const newest = vault.open(secret, contextOf(id))
  if (!old_secret || !old_secret_until || old_secret_until <= now) return [newest]
  return [newest, vault.open(old_secret, contextOf(id))]
}

function contextOf(webhookId: string): string {
  return `webhook ${webhookId}`
}
