import { MessageCreate } from '@carillon/contract'
import type { Tx } from '../../00-kernel/index.ts'
import { recordByPerson } from '../../10-access/index.ts'
import { createMessage } from './create-message.ts'

/** After this nobody expects an answer any more. */
const lifeSeconds = 3_600

/** An answer to what somebody wrote, as a message like any other, but sent also to whoever has just unsubscribed. */
export async function createReply(
  tx: Tx,
  workspaceId: string,
  { appId, subscriptionId, text }: { appId: string; subscriptionId: string; text: string },
  now: Date,
): Promise<void> {
  const message = MessageCreate.parse({
    app_id: appId,
    channel: 'sms',
    to: { subscription_ids: [subscriptionId] },
    content: { body: text },
    category: 'transactional',
    ttl_seconds: lifeSeconds,
  })
  const { id } = await createMessage(tx, workspaceId, message, now)
  await recordByPerson(tx, {
    workspaceId,
    subscriptionId,
    action: 'createMessage',
    resource: { kind: 'messages', id },
    fields: [],
    status: 202,
  })
  await tx.updateTable('messages').set({ is_reply: true }).where('id', '=', id).execute()
}
