import type { Content } from '@carillon/contract'

export type Texts = Pick<Content, 'title' | 'body' | 'image' | 'action_url' | 'buttons'>

/** Texts of one language, and where they stand in the request. */
export interface TextSource {
  texts: Texts
  pointer: string
  /** Null for the base texts. */
  locale: string | null
}

export interface LocaleChoice {
  /** The language as its author wrote it; null when the texts name none. */
  locale: string | null
  /** Best first; each field is taken from the first source that has it. Ends with the base texts. */
  sources: readonly TextSource[]
}

/**
 * Lookup of RFC 4647, section 3.4: `pt-BR` takes `pt-BR`, then `pt`, then the default language. A language has
 * what it has; what it lacks comes from the next.
 */
export function createLocaleChooser(content: Content): (wanted: string | null) => LocaleChoice {
  const { default_locale: defaultLocale = null, locales = {} } = content
  const keys = new Map(Object.keys(locales).map((key) => [normaliseTag(key), key]))
  const base: TextSource = { texts: content, pointer: '/content', locale: null }
  const sourceOf = (key: string) => ({
    texts: locales[key] ?? {},
    pointer: `/content/locales/${key}`,
    locale: key,
  })
  const normalDefault = defaultLocale && normaliseTag(defaultLocale)
  const defaultKey = normalDefault && keys.get(normalDefault)
  const atDefault = defaultKey ? [sourceOf(defaultKey), base] : [base]

  return (wanted) => {
    if (wanted === null || keys.size === 0) return { locale: defaultLocale, sources: atDefault }
    const tags = withParents(normaliseTag(wanted))
    const end = normalDefault === null ? -1 : tags.indexOf(normalDefault)
    const better = tags.slice(0, end === -1 ? undefined : end).flatMap((tag) => keys.get(tag) ?? [])
    return { locale: better[0] ?? defaultLocale, sources: [...better.map(sourceOf), ...atDefault] }
  }
}

/** `zh-hant-tw`, `zh-hant`, `zh`. */
function withParents(tag: string): string[] {
  const subtags = tag.split('-')
  return subtags.map((_, i) => subtags.slice(0, subtags.length - i).join('-'))
}

/** Tags compare without case (RFC 5646, section 2.1.1); Java and Android write `pt_BR`. */
export function normaliseTag(tag: string): string {
  return tag.toLowerCase().replaceAll('_', '-')
}
