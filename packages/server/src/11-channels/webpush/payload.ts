import type { DeliveryOptions, RenderedContent, Unbuildable, WirePayload } from '../channel.ts'
import { utf8Bytes } from '../utf8.ts'
import { maxPlaintextBytes } from './limits.ts'
import { topicOf } from './topic.ts'

/**
 * The message as the service worker reads it, and the headers of RFC 8030 (TTL, Urgency, Topic). Member names
 * are ours; `actions` is as the Notification API takes it, with the address that a button opens beside it.
 */
export function buildWebPushPayload(
  content: RenderedContent,
  options: DeliveryOptions,
): WirePayload | Unbuildable {
  if (content.webpush?.enabled === false) return notApplicable('Web Push is switched off in this message.')
  // Browsers revoke the permission of a site whose pushes show nothing.
  if (content.silent) return notApplicable('Browsers do not allow silent messages.')
  const notification = notificationOf(content, options)
  if (!notification.title && !notification.body) {
    return { unbuildable: 'render_error', detail: 'A web notification needs a title or a body.' }
  }
  const body = JSON.stringify(notification)
  return {
    headers: headersOf(content, options),
    body,
    sizeBytes: utf8Bytes(body),
    limitBytes: maxPlaintextBytes,
  }
}

function notApplicable(detail: string): Unbuildable {
  return { unbuildable: 'not_applicable', detail }
}

function headersOf({ webpush }: RenderedContent, options: DeliveryOptions): Record<string, string> {
  return {
    ttl: String(options.ttlSeconds),
    urgency: webpush?.urgency ?? options.priority,
    topic: webpush?.topic ?? topicOf(options.deliveryId, options.collapseId),
  }
}

/** Members that are undefined are left out by JSON. */
function notificationOf(content: RenderedContent, options: DeliveryOptions) {
  const { webpush = {} } = content
  return {
    title: webpush.title ?? content.title,
    body: webpush.body ?? content.body,
    icon: webpush.icon,
    image: content.image,
    url: content.actionUrl,
    actions: content.buttons.length > 0 ? content.buttons.map(actionOf) : undefined,
    data: Object.keys(content.data).length > 0 ? content.data : undefined,
    delivery_id: options.deliveryId,
    badge: webpush.badge,
    tag: tagOf(content, options),
    renotify: webpush.renotify,
    require_interaction: webpush.require_interaction,
    silent: webpush.silent,
    // showNotification throws a TypeError for a silent notification with a vibration pattern.
    vibrate: webpush.silent ? undefined : webpush.vibrate_ms,
    dir: webpush.dir,
    lang: webpush.lang,
    timestamp: builtAtMs(options),
  }
}

function actionOf(button: RenderedContent['buttons'][number]) {
  return { action: button.id, title: button.title, url: button.url }
}

/** `renotify` without a tag is a TypeError in the browser. */
function tagOf({ webpush }: RenderedContent, options: DeliveryOptions): string | undefined {
  return webpush?.tag ?? options.collapseId ?? (webpush?.renotify ? options.deliveryId : undefined)
}

/** When this was built: what a device that was offline should show as the time. Unknown without a lifetime. */
function builtAtMs({ expiresAtSeconds, ttlSeconds }: DeliveryOptions): number | undefined {
  const seconds = expiresAtSeconds - ttlSeconds
  return ttlSeconds > 0 && seconds > 0 ? seconds * 1000 : undefined
}
