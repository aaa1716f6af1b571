import type { Content, Overrides } from '@carillon/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkContent } from './check-content.ts'
import { compileContent } from './compile-content.ts'
import { renderContent } from './render.ts'

function render(
  email: NonNullable<Overrides['email']>,
  attributes: Record<string, unknown> = {},
  { content = {}, locale = null as string | null, unsubscribeUrl = undefined as string | undefined } = {},
) {
  const rendered = renderContent(compileContent(content as Content, { email }), {
    platform: 'email',
    locale,
    unsubscribeUrl,
    user: { id: 'u', attributes: attributes as never, identifiers: {}, locale: null, timezone: null },
    app: { id: 'a', name: 'A' },
    message: { id: 'm', metadata: {} },
    variables: {},
  })
  if ('error' in rendered) throw new Error(`${rendered.error.pointer}: ${rendered.error.detail}`)
  return { ...rendered, email: rendered.email ?? {} }
}

const evil = `<img src=x onerror="alert('1')">&amp;`
const escaped = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;'

test.each([
  ['the quick path', '<p>{{ user.name }}</p>'],
  ['Liquid', '<p>{{ user.name | append: "" }}</p>'],
  ['a default', `<p>{{ user.none | default: user.name }}</p>`],
  ['a loop', '<p>{% for x in user.list %}{{ x }}{% endfor %}</p>'],
  ['an assignment', '<p>{% assign x = user.name %}{{ x }}</p>'],
  ['a capture', '<p>{% capture x %}{{ user.name | raw }}{% endcapture %}{{ x }}</p>'],
  ['an explicit escape, once', '<p>{{ user.name | escape }}</p>'],
])('in HTML what comes from a person is escaped by %s', (_, html) => {
  expect(render({ html }, { name: evil, list: [evil] }).email.html).toBe(`<p>${escaped}</p>`)
})

test('whatever a name is, it opens no tag, ends no attribute and starts no entity', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', '{', '}', '%', ' ') }),
      (name) => {
        for (const html of ['<b title="{{ user.name }}">', '<b title="{{ user.name | append: "" }}">']) {
          const made = render({ html }, { name: `x${name}` }).email.html ?? ''
          const inside = made.slice('<b title="'.length, -'">'.length)
          expect(inside).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/)
        }
      },
    ),
  )
})

test('a default that looks like HTML is text as well, and raw is what its author asked for', () => {
  expect(render({ html: '{{ user.none | default: "<b>" }}' }).email.html).toBe('&lt;b&gt;')
  expect(render({ html: '{{ user.bio | raw }}' }, { bio: '<i>x</i>' }).email.html).toBe('<i>x</i>')
  expect(render({ html: '{{ user.bio | newline_to_br }}' }, { bio: '<\n>' }).email.html).toBe(
    '&lt;<br />\n&gt;',
  )
})

test('in a subject or text nothing is escaped', () => {
  const { email } = render({ subject: 'For {{ user.name }}', text: '{{ user.name }}' }, { name: 'A & B' })
  expect(email).toMatchObject({ subject: 'For A & B', text: 'A & B' })
})

test('each part comes from the best language that has it; HTML and text from the same', () => {
  const email = {
    subject: 'Base',
    html: '<p>Base</p>',
    text: 'Base',
    from_name: 'Shop',
    locales: { de: { subject: 'Deutsch' }, fr: { text: 'Français' }, 'pt-BR': { html: '<p>pt</p>' } },
  }
  const parts = (locale: string) => render(email, {}, { locale }).email
  expect(parts('de-AT')).toEqual({ subject: 'Deutsch', html: '<p>Base</p>', text: 'Base', from_name: 'Shop' })
  expect(parts('fr')).toEqual({ subject: 'Base', text: 'Français', from_name: 'Shop' })
  expect(parts('pt_BR')).toEqual({ subject: 'Base', html: '<p>pt</p>', from_name: 'Shop' })
  expect(parts('xx').subject).toBe('Base')
})

test('the unsubscribe address is there in what has one, and missing where it has none', () => {
  const html = '<a href="{{ unsubscribe_url }}">x</a>'
  expect(render({ html }, {}, { unsubscribeUrl: 'https://a.example/u/1' }).email.html).toContain(
    '"https://a.example/u/1"',
  )
  expect(() => render({ html })).toThrow('/overrides/email/html: {{ unsubscribe_url }} has no value')
})

test('long HTML may hold Liquid, a long subject may not, and MJML is not checked beside what it was made into', () => {
  const long = (length: number) => `{{ user.name }}${'x'.repeat(length - 15)}`
  expect(checkContent({}, { email: { subject: 'S', html: long(200_000) } })).toEqual([])
  expect(checkContent({}, { email: { html: long(200_001) } })).toMatchObject([{ code: 'too_long' }])
  const mjml = { html: '<p>x</p>', mjml: '<mjml>{{ nobody.name }}' }
  expect(checkContent({}, { email: { subject: 'S', ...mjml } })).toEqual([])
})

test('a wrong name in HTML is found with its place', () => {
  expect(checkContent({}, { email: { locales: { de: { html: '{{ usr.name }}' } } } })).toMatchObject([
    { pointer: '/overrides/email/locales/de/html', code: 'unknown_variable' },
  ])
})
