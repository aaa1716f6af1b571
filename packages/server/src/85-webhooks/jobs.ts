import type { DeliveryIds, Log, Store, Vault } from '../00-kernel/index.ts'
import { runWebhooks as runUntilAborted } from './delivery/run-webhooks.ts'
import { createWebhookSender, type ReachOptions } from './delivery/webhook-sender.ts'

export { runSequencer } from './log/run-sequencer.ts'

interface WebhooksContext {
  vault: Vault
  deliveryIds: DeliveryIds
  reach: ReachOptions
  now: () => Date
  log: Log
  signal: AbortSignal
}

/** The worker's part of this room: sends events to webhooks until the signal. */
export function runWebhooks(store: Store, { reach, ...context }: WebhooksContext): Promise<void> {
  return runUntilAborted(store, { ...context, sender: createWebhookSender(reach), random: Math.random })
}
