import type { Content, Overrides, Platform } from '@carillon/contract'
import type { RenderedContent } from '../../11-channels/channel.ts'
import type { TextSource, Texts } from './choose-locale.ts'

/** One field of the content for a platform and language, not yet rendered, and where it stands in the request. */
export interface Field {
  name: keyof RenderedContent
  value: unknown
  pointer: string
}

const localised = [
  ['title', 'title'],
  ['body', 'body'],
  ['image', 'image'],
  ['actionUrl', 'action_url'],
  ['buttons', 'buttons'],
] as const

/** Picks language and overrides: a title or body of the platform's own wins over all languages. */
export function selectFields(
  content: Content,
  overrides: Overrides,
  platform: Platform,
  sources: readonly TextSource[],
): Field[] {
  const override = overrides[platform]
  const { title, body, ...rest } = override ?? {}
  const own: Texts = { title, body }
  const best = [{ texts: own, pointer: `/overrides/${platform}` }, ...sources]
  const texts = localised.flatMap(([name, key]) => {
    const source = best.find(({ texts }) => texts[key] !== undefined)
    return source ? [{ name, value: source.texts[key], pointer: `${source.pointer}/${key}` }] : []
  })
  const data = content.data ? [{ name: 'data' as const, value: content.data, pointer: '/content/data' }] : []
  if (!override) return [...texts, ...data]
  return [...texts, ...data, { name: platform, value: rest, pointer: `/overrides/${platform}` }]
}

/** Puts rendered fields together. An address that rendered to nothing is no address. */
export function joinFields(silent: boolean, fields: Iterable<readonly [string, unknown]>): RenderedContent {
  const joined: RenderedContent = { buttons: [], data: {}, silent, ...Object.fromEntries(fields) }
  if (joined.image === '') delete joined.image
  if (joined.actionUrl === '') delete joined.actionUrl
  if (joined.buttons.some(({ url }) => url === '')) joined.buttons = joined.buttons.map(withoutEmptyUrl)
  return joined
}

function withoutEmptyUrl({ url, ...button }: RenderedContent['buttons'][number]) {
  return url === '' ? button : { ...button, url }
}
