import type { Content, Overrides, Platform } from '@carillon/contract'
import { createLocaleChooser, type LocaleChoice, normaliseTag } from './choose-locale.ts'

/** What a platform says instead of the content, in one language, and where it stands in the request. */
export interface OwnTexts {
  texts: Readonly<Record<string, unknown>>
  pointer: string
}

/** Platforms may have languages of their own besides those of the content. */
function localesOf(overrides: Overrides, platform: Platform): Readonly<Record<string, object>> {
  const { locales = {} } = (overrides[platform] ?? {}) as { locales?: Record<string, object> }
  return locales
}

/** Every language that there is anything in for the platform. */
export function localeKeys(content: Content, overrides: Overrides, platform: Platform): string[] {
  return Object.keys({ ...content.locales, ...localesOf(overrides, platform) })
}

/** The choice among the languages of the content and of each platform. */
export function createChoosers(
  content: Content,
  overrides: Overrides,
): (platform: Platform) => (wanted: string | null) => LocaleChoice {
  const choosers = new Map<Platform, (wanted: string | null) => LocaleChoice>()
  const shared = createLocaleChooser(content)
  return (platform) => {
    const own = Object.keys(localesOf(overrides, platform))
    if (own.length === 0) return shared
    const locales = { ...Object.fromEntries(own.map((key) => [key, {}])), ...content.locales }
    const chooser = choosers.get(platform) ?? createLocaleChooser({ ...content, locales })
    choosers.set(platform, chooser)
    return chooser
  }
}

/** What the platform itself says, best language first; its texts for all languages come last. */
export function ownTexts(
  overrides: Overrides,
  platform: Platform,
  sources: LocaleChoice['sources'],
): OwnTexts[] {
  const override = overrides[platform]
  if (!override) return []
  const locales = new Map(
    Object.entries(localesOf(overrides, platform)).map(([key, texts]) => [normaliseTag(key), { key, texts }]),
  )
  const translated = sources.flatMap(({ locale }) => {
    const found = locale === null ? undefined : locales.get(normaliseTag(locale))
    if (!found) return []
    return [{ texts: { ...found.texts }, pointer: `/overrides/${platform}/locales/${found.key}` }]
  })
  return [...translated, { texts: { ...override }, pointer: `/overrides/${platform}` }]
}
