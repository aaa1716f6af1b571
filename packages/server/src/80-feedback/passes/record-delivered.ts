import type { DeliveryIds, Tx } from '../../00-kernel/index.ts'
import { addCounts } from '../record-interactions.ts'

/** A device has the version that this delivery made: once for a delivery, however many devices fetch it. */
export async function recordDelivered(
  tx: Tx,
  { deliveryIds, deliveryId, now }: { deliveryIds: DeliveryIds; deliveryId: string; now: Date },
): Promise<void> {
  const place = deliveryIds.parse(deliveryId)
  if (!place) return
  const inserted = await tx
    .insertInto('interactions')
    .values({
      message_seq: place.messageSeq,
      ordinal: place.ordinal,
      type: 'delivered',
      action_id: '',
      url: null,
      at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning(['message_seq', 'type'])
    .execute()
  await addCounts(tx, inserted)
}
