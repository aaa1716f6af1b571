import { randomUUID } from 'node:crypto'
import { type Db, newId, Problem, type Vault } from '../../00-kernel/index.ts'
import { secretsOf } from './secrets.ts'
import { type AttemptRow, insertAttempts, type WebhookRow } from './store.ts'
import { createWebhookSender, type ReachOptions } from './webhook-sender.ts'
import { attemptRow } from './work-webhook.ts'

const type = 'webhook.test'

/** Sends one event that is in no log, enabled or not, and keeps what came of it with the other attempts. */
export async function sendTest(
  { db, vault, reach, now }: { db: Db; vault: Vault; reach: ReachOptions; now: () => Date },
  webhook: WebhookRow,
): Promise<AttemptRow> {
  await using sender = createWebhookSender(reach)
  const eventId = `test_${randomUUID()}`
  const at = now()
  const body = JSON.stringify({
    type,
    timestamp: at.toISOString(),
    data: { webhook_id: webhook.id, description: webhook.description },
  })
  const secrets = secretsOf(vault, webhook, at)
  if (!secrets) throw new Problem('secret_unreadable')
  const id = newId(at.getTime())
  const attempted = await sender.post({ url: webhook.url, secrets, id: eventId, body })
  const row = attemptRow({
    id,
    webhookId: webhook.id,
    eventId,
    type,
    attempt: 1,
    at,
    attempted,
    nextAt: null,
  })
  await insertAttempts(db, [row])
  return row
}
