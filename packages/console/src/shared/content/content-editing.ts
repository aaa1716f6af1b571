import type { Content, Overrides, Platform } from '@carillon/contract'

export interface ContentDraft {
  content: Content
  overrides: Overrides
}

/** What each language has of its own; null stands for the default one. */
export type Texts = NonNullable<Content['locales']>[string]
export type Language = string | null

export const emptyDraft: ContentDraft = { content: { default_locale: 'en' }, overrides: {} }

export function textsOf(content: Content, language: Language): Texts {
  if (language !== null) return content.locales?.[language] ?? {}
  const { title, body, image, action_url, buttons } = content
  return { title, body, image, action_url, buttons }
}

/** An emptied field is left out, so that it falls back to the default language. */
export function withTexts(content: Content, language: Language, change: Partial<Texts>): Content {
  if (language === null) return compact({ ...content, ...change })
  const texts = compact({ ...textsOf(content, language), ...change })
  return { ...content, locales: { ...content.locales, [language]: texts } }
}

export function withLanguage(content: Content, language: string): Content {
  return { ...content, locales: { ...content.locales, [language]: content.locales?.[language] ?? {} } }
}

export function withoutLanguage(content: Content, language: string): Content {
  const { [language]: _, ...locales } = content.locales ?? {}
  return compact({ ...content, locales: Object.keys(locales).length > 0 ? locales : undefined })
}

/** Sets one override, or takes it away; a platform without any is left out. */
export function withOverride(
  overrides: Overrides,
  platform: Platform,
  key: string,
  value: unknown,
): Overrides {
  const own = compact({ ...overrides[platform], [key]: value })
  const { [platform]: _, ...others } = overrides
  return Object.keys(own).length > 0 ? { ...others, [platform]: own } : others
}

/** Without what is undefined, empty text or an empty list: none of them says anything. */
function compact<T extends object>(fields: T): T {
  const kept = Object.entries(fields).filter(
    ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
  )
  return Object.fromEntries(kept) as T
}
