import type { Shown } from '../phones/notification.ts'
import { buttonsOf, fieldsOf, textOf } from '../phones/notification.ts'

/** Data keys of ours, which the app's code never sees. */
const OWN = 'carillon_'

/** What an Android phone would show of a message; a data message shows what our SDK reads from `data`. */
export function showFcm(payload: unknown): Shown {
  const message = fieldsOf(payload)
  const android = fieldsOf(message.android)
  const notification = { ...fieldsOf(message.notification), ...fieldsOf(android.notification) }
  const all = { ...fieldsOf(message.data), ...fieldsOf(android.data) }
  const data = Object.fromEntries(Object.entries(all).filter(([key]) => !key.startsWith(OWN)))
  const part = (name: string) =>
    textOf(notification[name]) ?? textOf(all[`${OWN}${name}`]) ?? textOf(all[name])
  return {
    title: part('title'),
    body: part('body'),
    image: part('image'),
    icon: textOf(notification.icon),
    badge: typeof notification.notification_count === 'number' ? notification.notification_count : undefined,
    sound: textOf(notification.sound),
    buttons: buttonsOf(all[`${OWN}buttons`]),
    data,
    delivery_id: fcmDeliveryId(payload),
  }
}

export const fcmDeliveryId = (payload: unknown) =>
  textOf(fieldsOf(fieldsOf(payload).data).carillon_delivery_id)
