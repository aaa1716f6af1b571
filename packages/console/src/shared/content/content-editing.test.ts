import { describe, expect, it } from 'vitest'
import {
  textsOf,
  withLanguage,
  withLanguagesOf,
  withOverride,
  withOwnLanguages,
  withoutLanguage,
  withTexts,
} from './content-editing.ts'

describe('editing content', () => {
  it('leaves out what was emptied, so that a language falls back to the default', () => {
    const content = withTexts(withLanguage({ title: 'Hello' }, 'de'), 'de', { title: 'Hallo', body: 'Welt' })
    expect(content.locales).toEqual({ de: { title: 'Hallo', body: 'Welt' } })
    expect(withTexts(content, 'de', { title: '' }).locales).toEqual({ de: { body: 'Welt' } })
    expect(withTexts(content, null, { title: '' })).not.toHaveProperty('title')
  })

  it('keeps the other languages when one is taken away, and none when it was the last', () => {
    const content = withLanguage(withLanguage({}, 'de'), 'fr')
    expect(Object.keys(withoutLanguage(content, 'de').locales ?? {})).toEqual(['fr'])
    expect(withoutLanguage(withoutLanguage(content, 'de'), 'fr')).not.toHaveProperty('locales')
  })

  it('shows the languages of a channel as well, and takes its texts away with them', () => {
    const draft = {
      content: { locales: { fr: { title: 'Bonjour' } } },
      overrides: {
        apns: { badge: 1 },
        email: { html: '<p>Hi</p>', locales: { de: { html: '<p>Hallo</p>' } } },
      },
    }
    const shown = withOwnLanguages(draft)
    expect(Object.keys(shown.locales ?? {}).sort()).toEqual(['de', 'fr'])
    expect(withLanguagesOf(draft, withLanguage(shown, 'es')).overrides).toEqual(draft.overrides)
    expect(withLanguagesOf(draft, withoutLanguage(shown, 'de')).overrides).toEqual({
      apns: { badge: 1 },
      email: { html: '<p>Hi</p>' },
    })
  })

  it('reads the texts of one language alone', () => {
    const content = { title: 'Hello', data: { a: 'b' }, locales: { de: { title: 'Hallo' } } }
    expect(textsOf(content, 'de')).toEqual({ title: 'Hallo' })
    expect(textsOf(content, null).title).toBe('Hello')
    expect(textsOf(content, 'fr')).toEqual({})
  })

  it('forgets a platform whose last override was taken away, and keeps zero and false', () => {
    const one = withOverride({}, 'apns', 'badge', 0)
    const two = withOverride(one, 'webpush', 'renotify', false)
    expect(two).toEqual({ apns: { badge: 0 }, webpush: { renotify: false } })
    expect(withOverride(two, 'apns', 'badge', undefined)).toEqual({ webpush: { renotify: false } })
  })
})
