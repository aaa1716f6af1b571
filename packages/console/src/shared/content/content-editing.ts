import type { Content, Overrides } from '@carillon/contract'

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

/** The content with a place for every language that a channel has texts in, so that each has a tab. */
export function withOwnLanguages({ content, overrides }: ContentDraft): Content {
  const own = Object.values(overrides).flatMap((override) => Object.keys(localesOf(override)))
  return own.reduce((whole, language) => withLanguage(whole, language), content)
}

/** Another choice of languages: what a channel says in one that was taken away goes with it. */
export function withLanguagesOf({ content, overrides }: ContentDraft, next: Content): ContentDraft {
  const gone = Object.keys(withOwnLanguages({ content, overrides }).locales ?? {}).filter(
    (language) => !next.locales?.[language],
  )
  const kept = Object.entries(overrides).map(([platform, override]) => {
    const { locales: _, ...rest } = override as { locales?: object }
    const own = Object.entries(localesOf(override)).filter(([language]) => !gone.includes(language))
    return [platform, own.length > 0 ? { ...rest, locales: Object.fromEntries(own) } : rest] as const
  })
  return { content: next, overrides: Object.fromEntries(kept) }
}

function localesOf(override: object | undefined): Record<string, object> {
  return (override as { locales?: Record<string, object> } | undefined)?.locales ?? {}
}

/** Sets one override, or takes it away; a platform without any is left out. */
export function withOverride(
  overrides: Overrides,
  platform: keyof Overrides,
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
