import type { Cap } from '@carillon/contract'
import { expect, test } from 'vitest'
import { capDraftOf, toCap } from './cap-draft.ts'

const plain = {
  name: 'Two a day',
  limit: 2,
  counts_transactional: true,
  binds_transactional: false,
  displaces: false,
}

test.each<[string, Pick<Cap, 'window' | 'scope'>]>([
  ['rolling, of all', { window: { kind: 'rolling', length: 90, unit: 'minutes' }, scope: { kind: 'all' } }],
  [
    'calendar, of a channel',
    { window: { kind: 'calendar', unit: 'week' }, scope: { kind: 'channel', channel: 'sms' } },
  ],
  ['of a tag', { window: { kind: 'calendar', unit: 'day' }, scope: { kind: 'tag', tag: 'promo' } }],
])('a cap goes through the form as it is: %s', (_what, parts) => {
  const cap = { ...plain, ...parts, id: 'c', created_at: '', updated_at: '' }
  expect(toCap(capDraftOf(cap))).toEqual({ ...plain, ...parts })
})
