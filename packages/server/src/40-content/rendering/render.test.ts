import type { Content, Overrides } from '@carillon/contract'
import { expect, test } from 'vitest'
import { compileContent } from './compile-content.ts'
import { type Person, type RenderInput, renderContent } from './render.ts'

const ana: Person = {
  id: 'user-1',
  attributes: { first_name: 'Ana', id: 'not this', vip: true, plan: null },
  identifiers: { crm: '42' },
  locale: 'pt-BR',
  timezone: 'America/Recife',
}

function render(content: Content, overrides: Overrides = {}, input: Partial<RenderInput> = {}) {
  return renderContent(compileContent(content, overrides), inputOf(input))
}

function inputOf(input: Partial<RenderInput> = {}): RenderInput {
  return {
    platform: 'apns',
    user: ana,
    locale: null,
    app: { id: 'app-1', name: 'Bells' },
    message: { id: 'msg-1', metadata: { ref: 'R7' } },
    variables: { order: { id: 17, lines: ['a', 'b'] } },
    ...input,
  }
}

test('renders every text of the content', () => {
  const content: Content = {
    title: '{{ user.first_name }}',
    body: '{{ app.name }} {{ message.metadata.ref }}',
    image: 'https://x.test/{{ user.id }}.png',
    action_url: 'bells://order/{{ variables.order.id }}',
    buttons: [{ id: 'go', title: 'Go, {{ user.first_name }}', url: 'bells://{{ user.identifiers.crm }}' }],
    data: { order: '{{ variables.order.id }}', deep: [{ who: '{{ user.timezone }}' }, 3, null], 'a/b': 'x' },
  }
  expect(render(content)).toEqual({
    title: 'Ana',
    body: 'Bells R7',
    image: 'https://x.test/user-1.png',
    actionUrl: 'bells://order/17',
    buttons: [{ id: 'go', title: 'Go, Ana', url: 'bells://42' }],
    data: { order: '17', deep: [{ who: 'America/Recife' }, 3, null], 'a/b': 'x' },
    silent: false,
  })
})

test('renders every text of the overrides, and gives each platform its own alone', () => {
  const who = '{{ user.first_name }}'
  const overrides: Overrides = {
    apns: {
      subtitle: who,
      title_loc_args: [who, 'x'],
      loc_args: [who],
      thread_id: who,
      collapse_id: who,
      sound: { name: who, volume: 1 },
      badge: 0,
      live_activity: { event: 'update', 'content-state': { driver: who } },
    },
    fcm: {
      ticker: who,
      title_loc_args: [who],
      body_loc_args: [who],
      tag: who,
      channel_id: who,
      sticky: true,
    },
    webpush: { icon: who, badge: who, tag: who },
    wns: { image: who, params: { who }, raw: who, tag: who, screen_name: who },
  }
  const rendered = (platform: RenderInput['platform']) => render({ title: 'T' }, overrides, { platform })
  expect(rendered('apns')).toEqual({
    title: 'T',
    buttons: [],
    data: {},
    silent: false,
    apns: {
      subtitle: 'Ana',
      title_loc_args: ['Ana', 'x'],
      loc_args: ['Ana'],
      thread_id: 'Ana',
      collapse_id: 'Ana',
      sound: { name: 'Ana', volume: 1 },
      badge: 0,
      live_activity: { event: 'update', 'content-state': { driver: 'Ana' } },
    },
  })
  expect(rendered('fcm')).toMatchObject({
    fcm: {
      ticker: 'Ana',
      title_loc_args: ['Ana'],
      body_loc_args: ['Ana'],
      tag: 'Ana',
      channel_id: 'Ana',
      sticky: true,
    },
  })
  expect(rendered('webpush')).toMatchObject({ webpush: { icon: 'Ana', badge: 'Ana', tag: 'Ana' } })
  expect(rendered('wns')).toMatchObject({
    wns: { image: 'Ana', params: { who: 'Ana' }, raw: 'Ana', tag: 'Ana', screen_name: 'Ana' },
  })
  expect(rendered('wns')).not.toHaveProperty('apns')
})

test('lets the title and body of a platform win over those of the content, in every language', () => {
  const content: Content = { title: 'T', body: '{{ user.gone }}', locales: { de: { title: 'D' } } }
  const overrides: Overrides = { fcm: { title: 'F', body: 'for {{ user.first_name }}' } }
  expect(render(content, overrides, { platform: 'fcm', locale: 'de' })).toMatchObject({
    title: 'F',
    body: 'for Ana',
  })
  expect(render({ ...content, body: 'B' }, overrides, { platform: 'wns', locale: 'de' })).toMatchObject({
    title: 'D',
    body: 'B',
  })
})

test('takes from a language the fields that it has, and the others from the base texts', () => {
  const content: Content = {
    title: 'Hello',
    body: 'Body',
    image: 'https://x.test/en.png',
    default_locale: 'en',
    locales: { pt: { title: 'Olá {{ user.first_name }}', body: 'Corpo' }, 'pt-BR': { title: 'Oi' } },
  }
  expect(render(content, {}, { locale: 'pt-BR' })).toMatchObject({
    title: 'Oi',
    body: 'Corpo',
    image: 'https://x.test/en.png',
  })
  expect(render(content, {}, { locale: 'pt-PT' })).toMatchObject({ title: 'Olá Ana', body: 'Corpo' })
  expect(render(content, {}, { locale: 'ja' })).toMatchObject({ title: 'Hello', body: 'Body' })
})

test('says which text has no value for the person, and where', () => {
  const content: Content = {
    title: 'T',
    locales: { fr: { title: 'x', body: 'Bonjour {{ user.plan }}' } },
    data: { 'a/b~c': [{ d: '{{ user.gone }}' }] },
  }
  expect(render(content, {}, { locale: 'fr' })).toEqual({
    error: {
      pointer: '/content/locales/fr/body',
      detail: '{{ user.plan }} has no value here and no default, line:1, col:9',
    },
  })
  expect(render(content)).toMatchObject({ error: { pointer: '/content/data/a~1b~0c/0/d' } })
  expect(render({ title: 'T' }, { apns: { subtitle: '{{ app.gone }}' } })).toMatchObject({
    error: { pointer: '/overrides/apns/subtitle' },
  })
  expect(render({ title: '{{ user.first_name | shout }}' })).toMatchObject({
    error: { pointer: '/content/title', detail: expect.stringContaining('undefined filter: shout') },
  })
})

test('knows nothing about the person behind a device that belongs to nobody', () => {
  const content: Content = { title: "{{ user.first_name | default: 'you' }}" }
  expect(render(content, {}, { user: null })).toMatchObject({ title: 'you' })
  expect(render({ title: '{{ user.id }}' }, {}, { user: null })).toMatchObject({
    error: { pointer: '/content/title' },
  })
})

test('shows nothing of app, message and person but what templates may name', () => {
  const rows = {
    app: { id: 'a', name: 'A', identity_key: 'secret' },
    message: { id: 'm', metadata: {}, audience: 'secret' },
    user: { ...ana, reconciliation_value: 'secret' },
  }
  for (const name of ['app.identity_key', 'message.audience', 'user.reconciliation_value']) {
    expect(render({ title: `{{ ${name} }}` }, {}, rows)).toMatchObject({
      error: { pointer: '/content/title' },
    })
  }
})

test('lets no attribute stand in for the id, language or zone of the person', () => {
  expect(render({ title: '{{ user.id }} {{ user.locale }}' })).toMatchObject({ title: 'user-1 pt-BR' })
  const hidden = { ...ana, locale: null, attributes: { locale: 'xx' } }
  expect(render({ title: '{{ user.locale }}' }, {}, { user: hidden })).toMatchObject({
    error: { pointer: '/content/title' },
  })
})

test('gives content without Liquid as the same object to all who share platform and language', () => {
  const constant = compileContent(
    { title: 'T', locales: { de: { title: 'D' } }, data: { a: 1 } },
    { apns: { badge: 1 } },
  )
  expect(constant.isConstant).toBe(true)
  const first = renderContent(constant, inputOf())
  expect(renderContent(constant, inputOf({ user: null }))).toBe(first)
  expect(renderContent(constant, inputOf({ locale: 'de' }))).toBe(
    renderContent(constant, inputOf({ locale: 'de-AT' })),
  )
  expect(renderContent(constant, inputOf({ locale: 'de' }))).not.toBe(first)
  expect(compileContent({ title: 'T', data: { a: ['{{ user.id }}'] } }).isConstant).toBe(false)
})

test('keeps a language without Liquid constant beside one with it', () => {
  const compiled = compileContent({ title: 'Hi {{ user.first_name }}', locales: { de: { title: 'Hallo' } } })
  expect(compiled.variantFor('fcm', 'de').content.constant).toBe(true)
  expect(compiled.variantFor('fcm', 'en').content.constant).toBe(false)
})

test('leaves out addresses that render to nothing', () => {
  const maybe = '{% if user.gone %}https://x.test{% endif %}'
  const content: Content = {
    title: 'T',
    image: maybe,
    action_url: maybe,
    buttons: [{ id: 'a', title: 'A', url: maybe }],
  }
  expect(render(content)).toEqual({ title: 'T', buttons: [{ id: 'a', title: 'A' }], data: {}, silent: false })
})

test('carries any script and never a broken character', () => {
  const person = { ...ana, attributes: { first_name: '\u{1F469}‍\u{1F680} אנה \ud83d' } }
  expect(render({ title: '{{ user.first_name }}!' }, {}, { user: person })).toMatchObject({
    title: '\u{1F469}‍\u{1F680} אנה �!',
  })
})

test('does not take a value for a template', () => {
  const person = { ...ana, attributes: { first_name: '{{ user.id }}' } }
  expect(render({ title: '{{ user.first_name }}' }, {}, { user: person })).toMatchObject({
    title: '{{ user.id }}',
  })
})

test('does not lose a data key that is called like a prototype', () => {
  const data = JSON.parse('{"__proto__": "{{ user.first_name }}", "b": "c"}')
  const rendered = render({ title: 'T', data })
  expect(JSON.stringify(rendered)).toContain('{"__proto__":"Ana","b":"c"}')
})
