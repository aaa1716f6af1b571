import { expect, test } from 'vitest'
import { delivery, rendered } from '../testing/lane-options.ts'
import { buildSmsPayload } from './payload.ts'

const build = (content: Parameters<typeof rendered>[0], options = {}) =>
  buildSmsPayload(rendered(content), delivery(options))

test('sends the body, without the title', () => {
  expect(build({ title: 'T', body: ' Your table is ready ' })).toMatchObject({
    body: 'Your table is ready',
    headers: { encoding: 'gsm7', segments: '1', 'validity-seconds': '3600' },
    sizeBytes: 140,
    limitBytes: 1400,
  })
})

test('counts segments and says so', () => {
  expect(build({ body: '🔔'.repeat(36) })).toMatchObject({
    headers: { encoding: 'ucs2', segments: '2' },
    sizeBytes: 280,
    size: 'The text makes 2 SMS segments, 10 are allowed.',
  })
  expect(build({ body: 'x'.repeat(161), sms: { max_segments: 1 } })).toMatchObject({
    sizeBytes: 280,
    limitBytes: 140,
  })
})

test('takes another sender', () => {
  expect(build({ sms: { from: 'SHOP' } })).toMatchObject({ headers: { from: 'SHOP' } })
})

test.each([
  [0, '60'],
  [30, '60'],
  [3_600, '3600'],
  [400_000, '172800'],
])('a life of %i seconds is a validity of %s', (ttlSeconds, expected) => {
  expect(build({}, { ttlSeconds })).toMatchObject({ headers: { 'validity-seconds': expected } })
})

test.each([
  [{ body: ' ' }, 'render_error'],
  [{ body: undefined }, 'render_error'],
  [{ silent: true }, 'not_applicable'],
  [{ sms: { enabled: false } }, 'not_applicable'],
])('refuses %o', (content, unbuildable) => {
  expect(build(content)).toMatchObject({ unbuildable })
})
