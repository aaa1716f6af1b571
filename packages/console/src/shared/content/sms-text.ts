import { type SmsSegments, splitSms } from '@carillon/contract'
import type { ContentDraft, Language } from './content-editing.ts'

/** A text that SMS has of its own, instead of the body that all channels share; undefined where it has none. */
export function ownSmsText({ overrides: { sms } }: ContentDraft, language: Language): string | undefined {
  return language === null ? sms?.body : sms?.locales?.[language]?.body
}

/** An empty text is a text of its own still: it is being written. */
export function withOwnSmsText(
  draft: ContentDraft,
  language: Language,
  body: string | undefined,
): ContentDraft {
  const { sms, ...others } = draft.overrides
  const { body: _body, locales: _locales, ...rest } = sms ?? {}
  const locales = Object.fromEntries(
    Object.entries({ ...sms?.locales, ...(language !== null && { [language]: { body } }) }).filter(
      ([, texts]) => texts.body !== undefined,
    ),
  )
  const base = language === null ? body : sms?.body
  const own = {
    ...rest,
    ...(base === undefined ? {} : { body: base }),
    ...(Object.keys(locales).length > 0 ? { locales } : {}),
  }
  return { ...draft, overrides: Object.keys(own).length > 0 ? { ...others, sms: own } : others }
}

/** Such as `GSM-7, 12 characters, 1 segment, room for 148`. */
export function describeSegments({ encoding, characters, parts, left }: SmsSegments): string {
  const counted = (n: number, word: string) => `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`
  return [
    encoding === 'gsm7' ? 'GSM-7' : 'UCS-2',
    counted(characters, 'character'),
    counted(parts.length, 'segment'),
    `room for ${left.toLocaleString('en')}`,
  ].join(', ')
}

/** Counted as it is written; null where variables make it longer or shorter for each person. */
export function countAsWritten(text: string): SmsSegments | null {
  return /\{\{|\{%/.test(text) ? null : splitSms(text.trim())
}
