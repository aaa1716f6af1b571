import type { DeliveryOptions, RenderedContent, Unbuildable, WirePayload } from '../channel.ts'
import { utf8Bytes } from '../utf8.ts'
import { maxPayloadBytes } from './limits.ts'
import { tagOf } from './tag.ts'
import { element, escapeXml } from './xml.ts'

type NotificationType = 'toast' | 'tile' | 'badge' | 'raw'

/** The notification as Windows reads it, and its X-WNS headers. Every text is escaped. */
export function buildWnsPayload(
  content: RenderedContent,
  options: DeliveryOptions,
): WirePayload | Unbuildable {
  if (content.wns?.enabled === false) return notApplicable('WNS is switched off in this message.')
  if (content.silent) return notApplicable('Silent messages are for iOS and Android only.')
  const shown = withOverrides(content, options)
  const type = typeOf(shown)
  const lacking = lackingIn(shown, type)
  if (lacking) return { unbuildable: 'render_error', detail: lacking }
  const body = builders[type](shown)
  return {
    headers: headersOf(shown, type),
    body,
    sizeBytes: utf8Bytes(body),
    limitBytes: maxPayloadBytes,
  }
}

function notApplicable(detail: string): Unbuildable {
  return { unbuildable: 'not_applicable', detail }
}

/** The content with the texts of this platform in place. */
interface Shown {
  title?: string
  body?: string
  image?: string
  content: RenderedContent
  options: DeliveryOptions
  wns: NonNullable<RenderedContent['wns']>
}

function withOverrides(content: RenderedContent, options: DeliveryOptions): Shown {
  const { wns = {} } = content
  return {
    title: wns.title ?? content.title,
    body: wns.body ?? content.body,
    image: wns.image ?? content.image,
    content,
    options,
    wns,
  }
}

function typeOf({ title, body, wns }: Shown): NotificationType {
  return wns.type ?? (!title && !body && wns.badge !== undefined ? 'badge' : 'toast')
}

function lackingIn({ title, body, wns }: Shown, type: NotificationType): string | null {
  if ((type === 'toast' || type === 'tile') && !title && !body) return `A ${type} needs a title or a body.`
  return type === 'badge' && wns.badge === undefined
    ? 'A badge needs a number or a glyph in wns.badge.'
    : null
}

/** Toasts have no cache policy; for them "now or never" is the shortest life that leaves time to arrive. */
const shortestToastSeconds = 60

function headersOf(shown: Shown, type: NotificationType): Record<string, string> {
  const { options, wns } = shown
  const nowOrNever = options.ttlSeconds === 0
  const ttlSeconds = nowOrNever && type === 'toast' ? shortestToastSeconds : options.ttlSeconds
  const headers: Record<string, string | number | undefined> = {
    'x-wns-type': `wns/${type}`,
    'content-type': type === 'raw' ? 'application/octet-stream' : 'text/xml',
    'x-wns-requestforstatus': 'true',
    'x-wns-cache-policy': wns.cache_policy ?? (nowOrNever && type !== 'toast' ? 'no-cache' : undefined),
    'x-wns-ttl': ttlSeconds > 0 ? ttlSeconds : undefined,
    'x-wns-tag': tagOf(wns.tag ?? options.collapseId),
    'x-wns-group': tagOf(wns.group),
    // Left out, it is 1 for toasts, 2 for tiles and badges, 3 for raw notifications.
    'x-wns-priority': wns.priority ?? (options.priority === 'high' ? 1 : undefined),
  }
  const present = Object.entries(headers).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present.map(([name, value]) => [name, String(value)]))
}

const builders: Record<NotificationType, (shown: Shown) => string> = {
  toast: toastXml,
  tile: tileXml,
  badge: ({ wns }) => element('badge', { value: wns.badge }),
  raw: (shown) => shown.wns.raw ?? rawJson(shown),
}

function toastXml(shown: Shown): string {
  const { image, content, wns } = shown
  const hero = image ? element('image', { placement: 'hero', src: image }) : ''
  const binding = element('binding', { template: 'ToastGeneric' }, textsXml(shown), hero)
  const buttons = content.buttons.map((button) => buttonXml(button, shown))
  return element(
    'toast',
    {
      launch: launchOf(shown),
      duration: wns.duration,
      scenario: wns.scenario === 'default' ? undefined : wns.scenario,
    },
    element('visual', {}, binding),
    buttons.length > 0 ? element('actions', {}, ...buttons) : '',
    soundXml(wns.sound),
  )
}

function textsXml({ title, body }: Shown): string {
  return [title, body].map((text) => (text ? element('text', {}, escapeXml(text)) : '')).join('')
}

/** A button brings the app to the front like a tap does, so that it can report which one was pressed. */
function buttonXml({ id, title, url }: RenderedContent['buttons'][number], { options }: Shown): string {
  const pressed = { delivery_id: options.deliveryId, action_id: id, url }
  return element('action', {
    content: title,
    arguments: JSON.stringify(pressed),
    activationType: 'foreground',
  })
}

function soundXml(sound: string | undefined): string {
  if (sound === undefined) return ''
  if (sound === 'silent') return element('audio', { silent: 'true' })
  return element('audio', { src: sound, loop: sound.includes('.Looping.') ? 'true' : undefined })
}

/** `arguments` come back to the app that is started from the tile. */
function tileXml(shown: Shown): string {
  const image = shown.image ? element('image', { placement: 'peek', src: shown.image }) : ''
  const bindings = ['TileMedium', 'TileWide'].map((template) =>
    element('binding', { template }, textsXml(shown), image),
  )
  return element('tile', {}, element('visual', { arguments: launchOf(shown) }, ...bindings))
}

/** What the app is started with: JSON, so that nothing in it needs an escape of its own. */
function launchOf({ content, options, wns }: Shown): string {
  return JSON.stringify({
    delivery_id: options.deliveryId,
    url: content.actionUrl,
    screen_name: wns.screen_name,
    params: wns.params,
    data: Object.keys(content.data).length > 0 ? content.data : undefined,
  })
}

function rawJson({ title, body, image, content, options, wns }: Shown): string {
  return JSON.stringify({
    title,
    body,
    image,
    url: content.actionUrl,
    buttons: content.buttons.length > 0 ? content.buttons : undefined,
    data: Object.keys(content.data).length > 0 ? content.data : undefined,
    screen_name: wns.screen_name,
    params: wns.params,
    delivery_id: options.deliveryId,
  })
}
