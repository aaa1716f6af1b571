import type { Channel } from '@carillon/contract'
import { expect, test } from 'vitest'
import { builtInTopic, type Consents, refuseConsent } from './consent.ts'

const news = { name: 'news', purpose: 'marketing', model: 'opt_out', channels: null } as const
const offers = { ...news, name: 'offers', model: 'opt_in' } as const

test.each<[string, Parameters<typeof refuseConsent>[0], Channel, Consents, string | null]>([
  ['who said nothing gets an opt-out topic', news, 'push', {}, null],
  ['who said nothing does not get an opt-in topic', offers, 'push', {}, 'offers was never granted'],
  ['a grant of all channels', offers, 'email', { offers: 'granted' }, null],
  ['a grant of one channel', offers, 'email', { 'offers:email': 'granted' }, null],
  ['is none of another', offers, 'push', { 'offers:email': 'granted' }, 'offers was never granted'],
  [
    'a denial of one channel beats a grant of all',
    news,
    'sms',
    { news: 'granted', 'news:sms': 'denied' },
    'news:sms is denied',
  ],
  ['and leaves the others', news, 'push', { news: 'granted', 'news:sms': 'denied' }, null],
  [
    'a denial of all beats a grant of one',
    news,
    'sms',
    { news: 'denied', 'news:sms': 'granted' },
    'news is denied',
  ],
  [
    'who denies the purpose denies its topics',
    news,
    'push',
    { marketing: 'denied', news: 'granted' },
    'marketing is denied',
  ],
  ['by one channel too', news, 'push', { 'marketing:push': 'denied' }, 'marketing:push is denied'],
  [
    'a grant of the purpose is none of an opt-in topic',
    offers,
    'push',
    { marketing: 'granted' },
    'offers was never granted',
  ],
  [
    'a channel that the topic does not go by',
    { ...news, channels: ['email'] },
    'push',
    { news: 'granted' },
    'news does not go by push',
  ],
  [
    'the built-in topic of transactional messages',
    builtInTopic('transactional'),
    'push',
    { marketing: 'denied' },
    null,
  ],
  [
    'can be denied too',
    builtInTopic('transactional'),
    'push',
    { transactional: 'denied' },
    'transactional is denied',
  ],
  [
    'names that objects have of themselves say nothing',
    { ...offers, name: 'constructor' },
    'push',
    {},
    'constructor was never granted',
  ],
])('%s', (_rule, topic, channel, consents, refusal) => {
  expect(refuseConsent(topic, channel, consents)).toBe(refusal)
})
