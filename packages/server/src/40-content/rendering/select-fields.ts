import type { Content, Overrides, Platform } from '@carillon/contract'
import type { RenderedContent } from '../../11-channels/channel.ts'
import type { TextSource, Texts } from './choose-locale.ts'
import { emailFields } from './email-fields.ts'
import { type OwnTexts, ownTexts } from './own-texts.ts'

/** One field of the content for a platform and language, not yet rendered, and where it stands in the request. */
export interface Field {
  /** With a slash: a part of that field. */
  name: keyof RenderedContent | `email/${string}`
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

/** Picks language and overrides: a title or body of the platform's own wins over those of all languages. */
export function selectFields(
  content: Content,
  overrides: Overrides,
  platform: Platform,
  sources: readonly TextSource[],
): Field[] {
  const override = overrides[platform]
  const {
    title: _title,
    body: _body,
    locales: _locales,
    ...rest
  } = (override ?? {}) as Texts & {
    locales?: unknown
  }
  const own = ownTexts(overrides, platform, sources)
  const best: Pick<TextSource, 'texts' | 'pointer'>[] = [...own.map(titleAndBody), ...sources]
  const texts = localised.flatMap(([name, key]) => {
    const source = best.find(({ texts }) => texts[key] !== undefined)
    return source ? [{ name, value: source.texts[key], pointer: `${source.pointer}/${key}` }] : []
  })
  const data = content.data ? [{ name: 'data' as const, value: content.data, pointer: '/content/data' }] : []
  if (!override) return [...texts, ...data]
  if (platform === 'email') return [...texts, ...data, ...emailFields(own)]
  return [...texts, ...data, { name: platform, value: rest, pointer: `/overrides/${platform}` }]
}

/** Other texts of a platform's own, such as an image, mean something else there. */
function titleAndBody({ texts: { title, body }, pointer }: OwnTexts) {
  return { texts: { title, body } as Texts, pointer }
}

const emailPart = 'email/'

/** Puts rendered fields together. An address that rendered to nothing is no address. */
export function joinFields(silent: boolean, fields: Iterable<readonly [string, unknown]>): RenderedContent {
  const joined: RenderedContent = { buttons: [], data: {}, silent }
  for (const [name, value] of fields) {
    if (name.startsWith(emailPart)) joined.email = { ...joined.email, [name.slice(emailPart.length)]: value }
    else (joined as unknown as Record<string, unknown>)[name] = value
  }
  if (joined.image === '') delete joined.image
  if (joined.actionUrl === '') delete joined.actionUrl
  if (joined.buttons.some(({ url }) => url === '')) joined.buttons = joined.buttons.map(withoutEmptyUrl)
  return joined
}

function withoutEmptyUrl({ url, ...button }: RenderedContent['buttons'][number]) {
  return url === '' ? button : { ...button, url }
}
