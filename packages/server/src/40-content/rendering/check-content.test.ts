import type { Content, Overrides } from '@carillon/contract'
import { expect, test } from 'vitest'
import { checkContent } from './check-content.ts'

test('finds nothing wrong with content that some person can get', () => {
  const content: Content = {
    title: '{{ user.first_name | default: "you" }}',
    body: '{% if user.vip %}{{ user.plan | upcase }}{% endif %} {{ app.name }} {{ message.metadata.ref }} {{ variables.x }}',
    data: { total: '{{ variables.order.total }}' },
    locales: {
      de: {
        body: '{% assign n = user.n %}{% for i in (1..n) %}{{ i }}{{ forloop.index }}{% endfor %}{{ n }}',
      },
    },
  }
  expect(checkContent(content, { apns: { subtitle: '{{ user.city }}', badge: 1 } })).toEqual([])
})

test.each<[string, Content, Overrides, { pointer: string; code: string; detail: RegExp }]>([
  [
    'an unclosed output',
    { title: 'x', locales: { fr: { title: 'Salut {{ user.x' } } },
    {},
    { pointer: '/content/locales/fr/title', code: 'syntax', detail: /not closed, line:1, col:7/ },
  ],
  [
    'an unknown filter',
    { title: 'x', body: 'a\n {{ user.x | shout }}' },
    {},
    { pointer: '/content/body', code: 'syntax', detail: /undefined filter: shout, line:2, col:2/ },
  ],
  [
    'a partial',
    { title: '{% include "x" %}' },
    {},
    { pointer: '/content/title', code: 'syntax', detail: /"include" not found/ },
  ],
  [
    'a button',
    { title: 'x', buttons: [{ id: 'a', title: '{{ }}' }] },
    {},
    { pointer: '/content/buttons/0/title', code: 'syntax', detail: /invalid value/ },
  ],
  [
    'deep data',
    { title: 'x', data: { 'a/b': [{ c: '{% if %}' }] } },
    {},
    { pointer: '/content/data/a~1b/0/c', code: 'syntax', detail: /./ },
  ],
  [
    'an override',
    { title: 'x' },
    { wns: { params: { page: '{{ user.x | nope }}' } } },
    { pointer: '/overrides/wns/params/page', code: 'syntax', detail: /nope/ },
  ],
  [
    'a name that does not exist',
    { title: '{% if first_name %}x{% endif %}' },
    {},
    {
      pointer: '/content/title',
      code: 'unknown_variable',
      detail: /first_name is not known here.*user\.first_name/,
    },
  ],
  [
    'a field that the app does not have',
    { title: '{{ app.title }}' },
    {},
    { pointer: '/content/title', code: 'render_error', detail: /no value here/ },
  ],
  [
    'a loop that never ends',
    { title: 'x {% for i in (1..100000000) %}x{% endfor %}' },
    {},
    { pointer: '/content/title', code: 'render_error', detail: /limit exceeded/ },
  ],
  ['nothing to show', { data: { a: 1 } }, {}, { pointer: '/content', code: 'empty', detail: /say silent/ }],
  [
    'too many languages',
    { title: 'x', locales: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`en-x${i}`, {}])) },
    {},
    { pointer: '/content/locales', code: 'too_many', detail: /200/ },
  ],
  [
    'too much Liquid',
    { title: 'x', data: { a: Array.from({ length: 21 }, () => `{{ user.x }}${'x'.repeat(10_000)}`) } },
    {},
    { pointer: '/content', code: 'too_long', detail: /200000 characters; these have 210252/ },
  ],
])('refuses %s', (_, content, overrides, { detail, ...place }) => {
  expect(checkContent(content, overrides)).toEqual([{ ...place, detail: expect.stringMatching(detail) }])
})

test('finds every text that is wrong', () => {
  const pointers = checkContent(
    { title: '{{ a', body: '{{ b }}{{ c }}', locales: { de: { title: '{% x %}' } } },
    { fcm: { ticker: '{{ user.x | y }}' } },
  ).map(({ pointer }) => pointer)
  expect(pointers).toEqual([
    '/content/title',
    '/content/body',
    '/content/body',
    '/content/locales/de/title',
    '/overrides/fcm/ticker',
  ])
})

test('looks variables up once they are known', () => {
  const content: Content = {
    title: '{{ user.first_name }}: {{ variables.order.id }}',
    body: '{% if user.vip %}{{ variables.gift }}{% endif %}{{ variables.note | default: "-" }}',
  }
  expect(checkContent(content, {}, { order: { id: 1 } })).toEqual([])
  expect(checkContent(content, {}, {})).toEqual([
    {
      pointer: '/content/title',
      code: 'render_error',
      detail: '{{ variables.order.id }} has no value here and no default, line:1, col:24',
    },
  ])
})

test('takes a silent message, and overrides that bring their own', () => {
  expect(checkContent({ silent: true, data: { sync: 'now' } })).toEqual([])
  expect(checkContent({}, { apns: { badge: 0 } })).toEqual([])
})

test('is quick about hostile content', () => {
  const loop = '{% for i in (1..40000) %}x{% endfor %}'
  const content: Content = { title: 'x', data: { a: Array.from({ length: 3_000 }, () => loop) } }
  const startedAt = performance.now()
  expect(checkContent(content)).toHaveLength(50)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})
