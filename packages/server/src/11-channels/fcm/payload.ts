import type { FcmOverrides } from '@carillon/contract'
import type { DeliveryOptions, Json, RenderedContent, Unbuildable, WirePayload } from '../channel.ts'
import { utf8Bytes } from '../utf8.ts'
import { maxMessageBytes, maxTtlSeconds } from './limits.ts'

type Mode = NonNullable<FcmOverrides['payload_mode']>

/** The `message` of a messages:send call, less its target. Member names are those of the v1 API. */
export function buildFcmPayload(
  content: RenderedContent,
  options: DeliveryOptions,
): WirePayload | Unbuildable {
  const overrides = content.fcm ?? {}
  if (overrides.enabled === false) {
    return { unbuildable: 'not_applicable', detail: 'FCM is switched off in this message.' }
  }
  const mode = content.silent ? 'data' : (overrides.payload_mode ?? 'notification')
  const texts = textsOf(content, overrides)
  if (mode !== 'data' && !showsText(texts, overrides)) {
    const detail = 'A notification needs a title or a body; or make the content silent, or choose data.'
    return { unbuildable: 'render_error', detail }
  }
  const body = JSON.stringify({
    data: dataOf(mode, texts, content, options),
    notification: mode === 'data' ? undefined : texts,
    android: androidOf(mode, content, options),
    fcm_options: overrides.analytics_label && { analytics_label: overrides.analytics_label },
  })
  return { headers: {}, body, sizeBytes: utf8Bytes(body), limitBytes: maxMessageBytes }
}

interface Texts {
  title: string | undefined
  body: string | undefined
  image: string | undefined
}

/** On Android a plain text wins over a localisation key, so only one of the two is sent. */
function textsOf(content: RenderedContent, overrides: FcmOverrides): Texts {
  return {
    title: overrides.title_loc_key === undefined ? (overrides.title ?? content.title) : undefined,
    body: overrides.body_loc_key === undefined ? (overrides.body ?? content.body) : undefined,
    image: content.image,
  }
}

function showsText({ title, body }: Texts, { title_loc_key, body_loc_key }: FcmOverrides): boolean {
  return Boolean(title || body || title_loc_key || body_loc_key)
}

/** All values are strings, as FCM demands; entries of the content win over the texts that we copy. */
function dataOf(
  mode: Mode,
  texts: Texts,
  content: RenderedContent,
  options: DeliveryOptions,
): Record<string, string | undefined> {
  return {
    ...(mode !== 'notification' && !content.silent && texts),
    ...Object.fromEntries(Object.entries(content.data).map(([key, value]) => [key, textOf(value)])),
    carillon_delivery_id: options.deliveryId,
    carillon_url: content.actionUrl,
    carillon_buttons: content.buttons.length > 0 ? JSON.stringify(content.buttons) : undefined,
  }
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function androidOf(mode: Mode, content: RenderedContent, options: DeliveryOptions) {
  const { fcm = {}, silent } = content
  return {
    collapse_key: fcm.collapse_key ?? options.collapseId,
    // Google lowers the priority of apps whose high-priority messages show nothing.
    priority: (fcm.priority ?? (silent ? 'normal' : options.priority)).toUpperCase(),
    ttl: `${Math.min(options.ttlSeconds, maxTtlSeconds)}s`,
    restricted_package_name: fcm.restricted_package_name,
    direct_boot_ok: fcm.direct_boot_ok,
    notification: mode === 'data' ? undefined : notificationOf(fcm),
  }
}

/** Null-like members are left out by JSON, and so is the whole when nothing is set. */
function notificationOf(fcm: FcmOverrides) {
  const notification = {
    channel_id: fcm.channel_id,
    icon: fcm.icon,
    color: fcm.color,
    sound: fcm.sound,
    tag: fcm.tag,
    click_action: fcm.click_action,
    title_loc_key: fcm.title_loc_key,
    title_loc_args: fcm.title_loc_args,
    body_loc_key: fcm.body_loc_key,
    body_loc_args: fcm.body_loc_args,
    ticker: fcm.ticker,
    sticky: fcm.sticky,
    local_only: fcm.local_only,
    notification_priority: fcm.notification_priority && `PRIORITY_${fcm.notification_priority.toUpperCase()}`,
    visibility: fcm.visibility?.toUpperCase(),
    notification_count: fcm.notification_count,
    vibrate_timings: fcm.vibrate_timings_seconds?.map((seconds) => `${seconds}s`),
  }
  return Object.values(notification).some((value) => value !== undefined) ? notification : undefined
}
