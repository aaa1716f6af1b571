import { type Content, type Overrides, type Platform, pushPlatforms as platforms } from '@carillon/contract'
import { expect, test } from 'vitest'
import { compileContent } from '../40-content/rendering/index.ts'
import { personalise, type Recipient } from './personalise.ts'

const options = {
  deliveryId: '0197a000-0000-8000-8000-000000000001',
  ttlSeconds: 60,
  expiresAtSeconds: 1_800_000_000,
  priority: 'high' as const,
}

function recipient(platform: Platform, target: Partial<Recipient['target']> = {}): Recipient {
  const user = { attributes: { first_name: 'Ana' }, identifiers: {}, locale: 'de', timezone: null }
  return {
    platform,
    app: { id: 'app-1', name: 'Bells' },
    message: { id: 'msg-1', metadata: {} },
    variables: {},
    target: { locale: null, user_id: 'user-1', user, ...target },
  }
}

function make(content: Content, overrides: Overrides = {}, to: Recipient = recipient('apns')) {
  return personalise(compileContent(content, overrides), to, options)
}

test.each(
  platforms,
)('makes a payload for %s that carries the rendered texts and the delivery id', (platform) => {
  const content = {
    title: 'Hi {{ user.first_name }}',
    body: 'Ünïcödé 🔔 <&>',
    data: { order: '{{ user.id }}' },
  }
  const made = make(content, {}, recipient(platform))
  if ('excluded' in made) throw new Error(made.detail)
  expect(made.rendered).toMatchObject({
    title: 'Hi Ana',
    body: 'Ünïcödé 🔔 <&>',
    data: { order: 'user-1' },
  })
  expect(made.wire.body).toContain('Hi Ana')
  expect(made.wire.body).toContain(options.deliveryId)
  expect(made.wire.sizeBytes).toBe(Buffer.byteLength(made.wire.body))
})

test('takes the language of the device before that of the person, and says which', () => {
  const content = {
    title: 'Hello',
    default_locale: 'en',
    locales: { de: { title: 'Hallo' }, fr: { title: 'Salut' } },
  }
  const titleFor = (target: Partial<Recipient['target']>) => {
    const made = make(content, {}, recipient('fcm', target))
    return 'excluded' in made ? made.detail : `${made.locale}: ${made.rendered.title}`
  }
  expect(titleFor({ locale: 'fr-CH' })).toBe('fr: Salut')
  expect(titleFor({})).toBe('de: Hallo')
  expect(titleFor({ user: null, user_id: null })).toBe('en: Hello')
  expect(titleFor({ locale: 'ja' })).toBe('en: Hello')
})

test.each(platforms)('excludes a person without the value from %s', (platform) => {
  expect(make({ title: 'T', body: '{{ user.plan }}' }, {}, recipient(platform))).toMatchObject({
    excluded: 'render_error',
    detail: '/content/body: {{ user.plan }} has no value here and no default, line:1, col:1',
    place: { pointer: '/content/body' },
  })
})

test.each(platforms)('excludes %s when it is switched off, whatever the content', (platform) => {
  expect(
    make({ title: '{{ user.gone }}' }, { [platform]: { enabled: false } }, recipient(platform)),
  ).toMatchObject({
    excluded: 'not_applicable',
    place: { pointer: `/overrides/${platform}/enabled` },
  })
})

test('sends silent messages to iOS and Android alone', () => {
  const excluded = platforms.map((platform) => {
    const made = make({ silent: true, data: { sync: '1' } }, {}, recipient(platform))
    return 'excluded' in made ? made.excluded : 'sent'
  })
  expect(excluded).toEqual(['sent', 'sent', 'not_applicable', 'not_applicable'])
})

test.each([
  ['apns', 4096],
  ['fcm', 4096],
  ['webpush', 3993],
  ['wns', 5000],
] as const)('sends %s exactly %i bytes and not one more', (platform, limitBytes) => {
  const content = { title: 'T', body: '{{ user.text }}' }
  const withText = (text: string) => {
    const user = { attributes: { text }, identifiers: {}, locale: null, timezone: null }
    return make(content, {}, recipient(platform, { user }))
  }
  const empty = withText('é')
  if ('excluded' in empty) throw new Error(empty.detail)
  const room = limitBytes - empty.wire.sizeBytes
  const full = withText(`é${'x'.repeat(room)}`)
  expect(full).toMatchObject({ wire: { sizeBytes: limitBytes } })
  expect(withText(`é${'x'.repeat(room + 1)}`)).toMatchObject({
    excluded: 'payload_too_large',
    detail: `The payload has ${limitBytes + 1} bytes, ${limitBytes} are allowed.`,
  })
})

test('makes the same payload on every attempt', () => {
  const compiled = compileContent({
    title: '{{ user.first_name }}',
    body: '{{ variables.x | default: "-" }}',
  })
  const attempts = [1, 2, 3].map(() => personalise(compiled, recipient('webpush'), options))
  expect(new Set(attempts.map((made) => JSON.stringify(made))).size).toBe(1)
})
