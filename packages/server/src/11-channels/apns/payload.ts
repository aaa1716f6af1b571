import type { ApnsOverrides } from '@carillon/contract'
import type { DeliveryOptions, Json, RenderedContent, Unbuildable, WirePayload } from '../channel.ts'
import { utf8Bytes } from '../utf8.ts'
import { maxCollapseIdBytes, type PushType, pushTypes } from './limits.ts'

/**
 * The JSON body with the `aps` dictionary, and the headers that do not depend on who sends: the lane adds
 * topic and authorization.
 */
export function buildApnsPayload(
  content: RenderedContent,
  options: DeliveryOptions,
): WirePayload | Unbuildable {
  const overrides = content.apns ?? {}
  if (overrides.enabled === false) {
    return { unbuildable: 'not_applicable', detail: 'APNs is switched off in this message.' }
  }
  const pushType = pushTypeOf(content, overrides)
  const collapseId = overrides.collapse_id ?? options.collapseId
  const aps = apsOf(pushType, content, overrides)
  const fault = faultOf(pushType, aps, overrides, collapseId)
  if (fault !== null) return { unbuildable: 'render_error', detail: fault }
  const body = JSON.stringify({ ...content.data, aps, carillon: ownPart(content, options) })
  return {
    headers: headersOf(pushType, overrides, options, collapseId),
    body,
    sizeBytes: utf8Bytes(body),
    limitBytes: pushTypes[pushType].limitBytes,
  }
}

function pushTypeOf(content: RenderedContent, overrides: ApnsOverrides): PushType {
  if (overrides.push_type !== undefined) return overrides.push_type
  if (overrides.live_activity !== undefined) return 'liveactivity'
  return content.silent ? 'background' : 'alert'
}

type Aps = Record<string, Json | undefined>

/** Members that are undefined are left out by JSON. */
function apsOf(pushType: PushType, content: RenderedContent, overrides: ApnsOverrides): Aps {
  switch (pushType) {
    case 'background':
      // Apple: nothing but content-available, or the push is treated as an alert without a text.
      return { 'content-available': 1 }
    case 'widgets':
    case 'controls':
      return { 'content-changed': true }
    case 'location':
    case 'complication':
    case 'fileprovider':
    case 'pushtotalk':
      return {}
    case 'alert':
    case 'voip':
    case 'liveactivity':
      return { ...shownPart(content, overrides), ...(overrides.live_activity as Aps | undefined) }
  }
}

function shownPart(content: RenderedContent, overrides: ApnsOverrides): Aps {
  const alert = alertOf(content, overrides)
  return {
    alert: Object.values(alert).some((value) => value !== undefined) ? (alert as Json) : undefined,
    badge: overrides.badge,
    sound: soundOf(overrides.sound),
    category: overrides.category ?? categoryOf(content.buttons),
    'thread-id': overrides.thread_id,
    'target-content-id': overrides.target_content_id,
    'interruption-level': overrides.interruption_level,
    'relevance-score': overrides.relevance_score,
    'content-available': flag(overrides.content_available),
    // An image is fetched by the app's notification service extension, which only runs for mutable content.
    'mutable-content': flag(overrides.mutable_content ?? content.image !== undefined),
  }
}

/** A localisation key stands instead of its text, not beside it. */
function alertOf(content: RenderedContent, overrides: ApnsOverrides): Aps {
  return {
    title: overrides.title_loc_key === undefined ? (overrides.title ?? content.title) : undefined,
    subtitle: overrides.subtitle,
    body: overrides.loc_key === undefined ? (overrides.body ?? content.body) : undefined,
    'title-loc-key': overrides.title_loc_key,
    'title-loc-args': overrides.title_loc_args,
    'loc-key': overrides.loc_key,
    'loc-args': overrides.loc_args,
    'action-loc-key': overrides.action_loc_key,
    'launch-image': overrides.launch_image,
  }
}

function soundOf(sound: ApnsOverrides['sound']): Json | undefined {
  if (typeof sound !== 'object') return sound
  // Without `critical` a volume has no meaning and a name alone is the plain form.
  if (sound.critical !== true) return sound.name
  return { critical: 1, name: sound.name, ...(sound.volume !== undefined && { volume: sound.volume }) }
}

/**
 * Buttons show only when the app has registered a category of this name. It is made of the button ids alone, so
 * that an app can register it once for every set of buttons that it knows.
 */
function categoryOf(buttons: RenderedContent['buttons']): string | undefined {
  return buttons.length > 0 ? ['carillon', ...buttons.map(({ id }) => id)].join('.') : undefined
}

function flag(value: boolean | undefined): 1 | undefined {
  return value === true ? 1 : undefined
}

/** What our SDKs read; `url` is what a tap opens. */
function ownPart(content: RenderedContent, options: DeliveryOptions) {
  return {
    delivery_id: options.deliveryId,
    url: content.actionUrl,
    image: content.image,
    buttons: content.buttons.length > 0 ? content.buttons : undefined,
  }
}

function faultOf(
  pushType: PushType,
  aps: Aps,
  overrides: ApnsOverrides,
  collapseId: string | undefined,
): string | null {
  if (collapseId !== undefined && utf8Bytes(collapseHeader(collapseId)) > maxCollapseIdBytes) {
    return `The collapse id is longer than ${maxCollapseIdBytes} bytes.`
  }
  if (pushType === 'liveactivity' && overrides.live_activity === undefined) {
    return 'A Live Activity push needs live_activity with event, timestamp and content-state.'
  }
  const shows = aps.alert !== undefined || aps.badge !== undefined || aps.sound !== undefined
  if (pushType === 'alert' && !shows) {
    return 'An alert needs a title, a body, a badge or a sound; or make the content silent.'
  }
  return null
}

function headersOf(
  pushType: PushType,
  overrides: ApnsOverrides,
  options: DeliveryOptions,
  collapseId: string | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {
    'apns-id': options.deliveryId,
    'apns-push-type': pushType,
    'apns-priority': String(priorityOf(pushType, overrides, options)),
    'apns-expiration': String(expirationOf(pushType, options)),
  }
  if (collapseId !== undefined) headers['apns-collapse-id'] = collapseHeader(collapseId)
  return headers
}

/** Apple: a background push with priority 10 is an error, and push-to-talk is always 10. */
function priorityOf(pushType: PushType, overrides: ApnsOverrides, options: DeliveryOptions): 1 | 5 | 10 {
  if (pushType === 'background') return 5
  if (pushType === 'pushtotalk') return 10
  return overrides.priority ?? (options.priority === 'high' ? 10 : 5)
}

/** 0 is one attempt without storage, which push-to-talk demands. */
function expirationOf(pushType: PushType, options: DeliveryOptions): number {
  return pushType === 'pushtotalk' || options.ttlSeconds === 0 ? 0 : options.expiresAtSeconds
}

/** A header carries visible ASCII; anything else is percent-encoded, which keeps equal ids equal. */
function collapseHeader(collapseId: string): string {
  return /^[\x20-\x7e]*$/.test(collapseId) ? collapseId : encodeURIComponent(collapseId.toWellFormed())
}
