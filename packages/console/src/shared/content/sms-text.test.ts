import { expect, it } from 'vitest'
import { countAsWritten, describeSegments, ownSmsText, withOwnSmsText } from './sms-text.ts'

const draft = { content: { body: 'For all' }, overrides: { apns: { badge: 1 } } }

it('gives a language a text of its own, and takes it away without a trace', () => {
  const german = withOwnSmsText(draft, 'de', 'Hallo')
  expect(german.overrides).toEqual({ apns: { badge: 1 }, sms: { locales: { de: { body: 'Hallo' } } } })
  const both = withOwnSmsText(german, null, '')
  expect(ownSmsText(both, null)).toBe('')
  expect(ownSmsText(both, 'de')).toBe('Hallo')
  expect(withOwnSmsText(withOwnSmsText(both, null, undefined), 'de', undefined)).toEqual(draft)
})

it('keeps what else is said of SMS', () => {
  const from = { ...draft, overrides: { sms: { from: 'SHOP', max_segments: 2 } } }
  expect(withOwnSmsText(withOwnSmsText(from, null, 'x'), null, undefined)).toEqual(from)
})

it('counts what is written, unless each person gets another text', () => {
  const counted = countAsWritten('Grüße €')
  expect(counted && describeSegments(counted)).toBe('GSM-7, 7 characters, 1 segment, room for 152')
  const emoji = countAsWritten(`${'x'.repeat(70)}🔔`)
  expect(emoji && describeSegments(emoji)).toBe('UCS-2, 71 characters, 2 segments, room for 62')
  expect(countAsWritten('Hi {{ user.first_name }}')).toBeNull()
})
