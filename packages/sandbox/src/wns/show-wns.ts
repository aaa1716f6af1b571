import type { Shown } from '../phones/notification.ts'
import { fieldsOf, parseJson, textOf } from '../phones/notification.ts'
import { findAll, readXml } from './xml.ts'

/** What Windows would show: a toast's texts, picture and buttons; a raw notification goes to the app unseen. */
export function showWns(payload: unknown): Shown {
  const source = String(payload)
  const root = readXml(source)
  if (!root) {
    const data = parseJson(source)
    return { data: data === undefined ? undefined : fieldsOf(data), delivery_id: wnsDeliveryId(payload) }
  }
  const [title, body] = findAll(root, 'text').map(({ text }) => text)
  const images = findAll(root, 'image')
  const placed = (isIcon: boolean) =>
    images.find(({ attributes }) => (attributes.placement === 'appLogoOverride') === isIcon)?.attributes.src
  const badge = root.name === 'badge' ? Number(root.attributes.value) : Number.NaN
  return {
    title,
    body,
    image: placed(false),
    icon: placed(true),
    badge: Number.isNaN(badge) ? undefined : badge,
    sound: findAll(root, 'audio')[0]?.attributes.src,
    buttons: findAll(root, 'action').map(({ attributes }) => ({
      id: attributes.arguments ?? '',
      title: attributes.content ?? '',
    })),
    data: root.attributes.launch === undefined ? undefined : { launch: root.attributes.launch },
    delivery_id: wnsDeliveryId(payload),
  }
}

/** In a toast's `launch` (as JSON or as a query string), or in the JSON of a raw notification. */
export function wnsDeliveryId(payload: unknown): string | undefined {
  const source = String(payload)
  const launch = source.startsWith('<') ? readXml(source)?.attributes.launch : source
  if (launch === undefined) return undefined
  const json = parseJson(launch)
  return textOf(fieldsOf(json).delivery_id) ?? new URLSearchParams(launch).get('delivery_id') ?? undefined
}
