import type { Shown } from '../phones/notification.ts'
import { buttonsOf, fieldsOf, textOf } from '../phones/notification.ts'

/** What our service worker would show; a message that is no JSON is shown as its text. */
export function showWebPush(payload: unknown): Shown {
  if (typeof payload === 'string') return payload === '' ? {} : { body: payload }
  const message = fieldsOf(payload)
  return {
    title: textOf(message.title),
    body: textOf(message.body),
    image: textOf(message.image),
    icon: textOf(message.icon),
    buttons: buttonsOf(message.actions),
    data: message.data === undefined ? undefined : fieldsOf(message.data),
    delivery_id: webPushDeliveryId(payload),
  }
}

export const webPushDeliveryId = (payload: unknown) => textOf(fieldsOf(payload).delivery_id)
