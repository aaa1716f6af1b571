import type { Shown } from '../phones/notification.ts'
import { buttonsOf, fieldsOf, textOf } from '../phones/notification.ts'

/** What iOS would show of a payload; `carillon` holds what our own notification extension reads. */
export function showApns(payload: unknown): Shown {
  const { aps: apsField, carillon: ownField, ...data } = fieldsOf(payload)
  const aps = fieldsOf(apsField)
  const own = fieldsOf(ownField)
  const alert = typeof aps.alert === 'string' ? { body: aps.alert } : fieldsOf(aps.alert)
  return {
    title: textOf(alert.title),
    body: textOf(alert.body),
    image: textOf(own.image) ?? textOf(data.image),
    badge: typeof aps.badge === 'number' ? aps.badge : undefined,
    sound: textOf(aps.sound) ?? textOf(fieldsOf(aps.sound).name),
    buttons: buttonsOf(own.buttons),
    data,
    delivery_id: apnsDeliveryId(payload),
  }
}

export const apnsDeliveryId = (payload: unknown) => textOf(fieldsOf(fieldsOf(payload).carillon).delivery_id)
