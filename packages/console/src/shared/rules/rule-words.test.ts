import { expect, test } from 'vitest'
import { capWords, channelsWords, scopeWords } from './rule-words.ts'

test('a cap reads as a sentence', () => {
  expect(capWords({ limit: 2, window: { kind: 'rolling', length: 24, unit: 'hours' } })).toBe(
    '2 messages within 24 hours',
  )
  expect(capWords({ limit: 1, window: { kind: 'rolling', length: 1, unit: 'days' } })).toBe(
    '1 message within 1 day',
  )
  expect(capWords({ limit: 1, window: { kind: 'calendar', unit: 'week' } })).toBe('1 message a week')
})

test('what a cap counts, and where a topic goes', () => {
  expect(scopeWords({ scope: { kind: 'all' } })).toBe('All messages')
  expect(scopeWords({ scope: { kind: 'channel', channel: 'sms' } })).toBe('SMS')
  expect(scopeWords({ scope: { kind: 'tag', tag: 'promo' } })).toBe('Tagged promo')
  expect(channelsWords(null)).toBe('All')
  expect(channelsWords(['push', 'email'])).toBe('Push, Email')
})
