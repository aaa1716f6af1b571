import type { Delivery } from '@carillon/contract'
import { type Db, type DeliveryIds, Problem } from '../00-kernel/index.ts'
import { readRecipient, recipientView } from './recipients.ts'

/** A delivery by its id alone, which says where it is. Ids that we did not make, or for others, are not found. */
export async function findDelivery(
  db: Db,
  { workspaceId, id, deliveryIds }: { workspaceId: string; id: string; deliveryIds: DeliveryIds },
): Promise<Delivery> {
  const address = deliveryIds.parse(id)
  const message = address && (await messageOf(db, workspaceId, address.messageSeq))
  const row = message && (await readRecipient(db, address))
  if (!row) throw new Problem('not_found', { detail: 'There is no delivery with this id.' })
  return { ...recipientView(row, deliveryIds), message_id: message.id }
}

function messageOf(db: Db, workspaceId: string, seq: number) {
  return db
    .selectFrom('messages')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('seq', '=', seq)
    .executeTakeFirst()
}
