const names = new Intl.DisplayNames('en', { type: 'language' })

export const usualLanguages = [
  'ar',
  'cs',
  'da',
  'de',
  'el',
  'en',
  'en-GB',
  'es',
  'fi',
  'fr',
  'he',
  'hi',
  'id',
  'it',
  'ja',
  'ko',
  'nl',
  'no',
  'pl',
  'pt',
  'pt-BR',
  'ro',
  'ru',
  'sv',
  'th',
  'tr',
  'uk',
  'vi',
  'zh',
  'zh-TW',
]

/** `German` for `de`; a tag that Intl does not take is shown as it is. */
export function languageName(tag: string): string {
  try {
    return names.of(tag.replace('_', '-')) ?? tag
  } catch {
    return tag
  }
}
