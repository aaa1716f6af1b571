import { expect, test } from 'vitest'
import { createScope, hasLiquid, parseTemplate, renderTemplate, rootsOf, sentenceOf } from './liquid.ts'

const names = {
  user: {
    first_name: 'Ana',
    empty: '',
    nothing: null,
    vip: false,
    age: 41,
    tags: ['a', 'b'],
    gaps: ['a', null],
    address: { city: 'Graz' },
  },
  app: { id: 'app-1', name: 'Bells' },
  message: { id: 'msg-1', metadata: { ref: 'R7' } },
  variables: { n: 3, list: [{ name: 'x' }, {}] },
}

function render(text: string): string {
  try {
    return renderTemplate(parseTemplate(text), createScope(names))
  } catch (error) {
    return `refused: ${sentenceOf(error)}`
  }
}

test.each([
  ['{{ user.first_name }}', 'Ana'],
  ['{{ user.age }} {{ user.vip }} {{ user.empty }}.', '41 false .'],
  ["{{ user.first_name | default: 'you' }}", 'Ana'],
  ["{{ user.gone | default: 'you' }}", 'you'],
  ["{{ user.nothing | default: 'you' }}", 'you'],
  ["{{ user.empty | default: 'you' }}", 'you'],
  ["{{ user.address.zip.code | default: 'none' }}", 'none'],
  ['{{ user.nick | default: user.first_name }}', 'Ana'],
  ["{{ user.nick | default: user.gone | default: 'you' }}", 'you'],
  ['{{ user.first_name | default: user.gone }}', 'Ana'],
  ["{{ user.gone | default: 'you' | upcase }}", 'YOU'],
  ["{{ user.gone | default: '' }}.", '.'],
  ['{% if user.gone %}yes{% else %}no{% endif %}', 'no'],
  ['{% if user.gone.deeper == 1 %}yes{% else %}no{% endif %}', 'no'],
  ['{% if user.gone > 3 or user.first_name contains "An" %}yes{% endif %}', 'yes'],
  ['{% if user.nothing %}yes{% else %}no{% endif %}', 'no'],
  ['{% unless user.gone %}no{% endunless %}', 'no'],
  ['{% case user.gone %}{% when "a" %}a{% else %}other{% endcase %}', 'other'],
  ['{% for t in user.tags %}{{ t }}{% endfor %}', 'ab'],
  ['{% for t in user.gone %}{{ t }}{% else %}none{% endfor %}', 'none'],
  ['{% for i in (1..variables.n) %}{{ i }}{% endfor %}', '123'],
  ["{% assign name = user.gone | default: 'you' %}{{ name }}", 'you'],
  ['{% assign name = user.gone %}{{ name | default: "you" }}', 'you'],
  ['{{ user.address.city }} {{ app.name }} {{ message.metadata.ref }}', 'Graz Bells R7'],
  ['{{ user.tags | join: ", " }}', 'a, b'],
  ["{{ '2024-03-09T23:30:00Z' | date: '%d %B %H:%M' }}", '09 March 23:30'],
  ['{{ user.tags.size }} {{ user.first_name.size }}', '2 3'],
  ['{% for t in user.tags %}{{ forloop.index }}/{{ forloop.length }} {% endfor %}', '1/2 2/2 '],
  ['{% raw %}{{ not.liquid }}{% endraw %}', '{{ not.liquid }}'],
  ['<b>&"{{ user.first_name }}', '<b>&"Ana'],
])('renders %s', (text, expected) => {
  expect(render(text)).toBe(expected)
})

test.each([
  '{{ user.gone }}',
  '{{ user.nothing }}',
  '{{ user.gone.deeper }}',
  '{{ user.address.zip }}',
  '{{ user.gone | upcase }}',
  '{{ user.gone | append: "!" | default: "x" }}',
  '{{ "Hi " | append: user.gone }}',
  '{{ user.first_name | replace: "A", user.nothing }}',
  '{{ user.gone | default: user.nothing }}',
  '{{ user.gone | default: user.nothing | upcase }}',
  '{% assign name = user.gone %}{{ name }}',
  '{% assign name = user.gone | upcase %}',
  '{% capture name %}{{ user.gone }}{% endcapture %}',
  '{% for t in user.gone %}{{ t }}{% endfor %}',
  '{% for i in (1..user.gone) %}{{ i }}{% endfor %}',
  '{% for t in user.gaps %}{{ t }}{% endfor %}',
  '{% for x in variables.list %}{{ x.name }}{% endfor %}',
  '{{ user.gaps[1] }}',
  '{{ user.tags[7] }}',
  '{{ user[user.gone] }}',
  '{% echo user.gone %}',
  '{% cycle user.gone, "b" %}',
  '{{ first_name }}',
  '{{ user.size }}',
  '{{ user.address.size }}',
  '{{ size }}',
  '{{ user.gone | raw }}',
])('refuses to show a blank for %s', (text) => {
  expect(render(text)).toMatch(/has no value here and no default, line:1, col:\d+$/)
})

test('names the place of a missing value', () => {
  expect(render('Hello\n  {{ user.gone }}')).toBe(
    'refused: {{ user.gone }} has no value here and no default, line:2, col:3',
  )
})

test.each([
  '{{ user.constructor }}',
  '{{ user.constructor.constructor }}',
  '{{ user.__proto__ }}',
  '{{ user["__proto__"]["toString"] }}',
  '{{ constructor }}',
  '{{ __proto__ }}',
  '{{ user.toString }}',
  '{{ user.hasOwnProperty }}',
  '{{ user.tags.constructor }}',
  '{{ user.first_name.constructor }}',
  '{{ user.tags.map }}',
  '{% assign key = "constructor" %}{{ user[key] }}',
])('keeps prototypes out of reach of %s', (text) => {
  expect(render(text)).toMatch(/has no value here/)
})

test('does not let a template change what the next one reads', () => {
  const scope = createScope(names)
  expect(renderTemplate(parseTemplate('{% increment user %}{% assign app = 1 %}'), scope)).toBe('0')
  expect(renderTemplate(parseTemplate('{{ user.first_name }}{{ app.name }}'), scope)).toBe('AnaBells')
})

test.each([
  ['an object', '{{ user.address }}', /object cannot be shown/],
  ['an unclosed output', '{{ user.first_name', /not closed, line:1, col:1/],
  ['an unclosed tag', '{% if user.vip %}x', /not closed/],
  ['an unknown filter', '{{ user.first_name | shout }}', /undefined filter: shout/],
  ['an unknown tag', '{% shout %}', /tag "shout" not found/],
  ['an empty output', '{{ }}', /invalid value expression/],
  ['a text that is too long', `{{ user.first_name }}${'x'.repeat(20_000)}`, /may have 20000 characters/],
  ['include', '{% include "x" %}', /tag "include" not found/],
  ['render', '{% render "x" %}', /tag "render" not found/],
  ['layout', '{% layout "x" %}', /tag "layout" not found/],
  ['block', '{% block x %}{% endblock %}', /tag "block" not found/],
  ['text run as code', '{{ user.tags | where_exp: "t", "t == 1" }}', /undefined filter: where_exp/],
  ['chance', '{{ user.tags | sample }}', /undefined filter: sample/],
])('refuses %s', (_, text, sentence) => {
  expect(render(text)).toMatch(sentence)
})

const doubling =
  '{% assign x = "aaaaaaaaaa" %}{% for i in (1..60) %}{% assign x = x | append: x %}{% endfor %}'

test.each([
  ['one long loop', '{% for i in (1..100000000) %}x{% endfor %}'],
  ['a loop just small enough to be made', '{% for i in (1..900000) %}x{% endfor %}'],
  [
    'loops in loops',
    '{% for i in (1..999) %}{% for j in (1..999) %}{% for k in (1..999) %}x{% endfor %}{% endfor %}{% endfor %}',
  ],
  ['doubling', `${doubling}{{ x }}`],
  [
    'doubling by capture',
    doubling.replace('{% assign x = x | append: x %}', '{% capture x %}{{ x }}{{ x }}{% endcapture %}'),
  ],
  ['a long text in a loop', `{% for i in (1..9999) %}${'x'.repeat(19_000)}{% endfor %}`],
  ['a long value in a loop', `{% for i in (1..9999) %}{{ "${'y'.repeat(9_000)}" }}{% endfor %}`],
  ['padding', "{{ 'now' | date: '%99999999d' }}"],
  ['depth', `{{ user${'[user'.repeat(3_000)}${']'.repeat(3_000)} }}`],
  ['nesting', `${'{% if true %}'.repeat(1_400)}`],
])('gives up quickly on %s', (_, text) => {
  const startedAt = performance.now()
  expect(render(text)).toMatch(/^refused/)
  expect(performance.now() - startedAt).toBeLessThan(1_000)
})

test('lets all texts of one person share one allowance of work', () => {
  const scope = createScope(names)
  const template = parseTemplate('{% for i in (1..5000) %}x{% endfor %}')
  const texts = Array.from({ length: 100 }, () => () => renderTemplate(template, scope))
  expect(texts[0]?.()).toBe('x'.repeat(5_000))
  expect(() => texts.map((renderOne) => renderOne())).toThrow('limit exceeded')
  expect(renderTemplate(template, createScope(names))).toBe('x'.repeat(5_000))
})

test('never makes half an emoji', () => {
  expect(render('{{ "🔔🔔" | split: "" | first }}').isWellFormed()).toBe(true)
  expect(render('{{ "🔔🔔🔔🔔🔔" | truncate: 4 }}')).toBe('🔔...')
})

test('remembers dates but not the present', () => {
  const text = "{{ user.on | date: '%B' }} {{ user.on | date: '%B %Y' }}"
  const on = (date: string) => renderTemplate(parseTemplate(text), createScope({ user: { on: date } }))
  expect([on('2024-05-01'), on('2023-06-01'), on('2024-05-01')]).toEqual([
    'May May 2024',
    'June June 2023',
    'May May 2024',
  ])
  expect(render("{{ 'now' | date: '%Y' }}")).toBe(String(new Date().getUTCFullYear()))
})

test('tells which names a template reads', () => {
  expect(
    rootsOf(
      parseTemplate('{% assign y = user.a %}{{ y }}{{ usr.b }}{% for i in app.l %}{{ i }}{% endfor %}'),
    ),
  ).toEqual(['user', 'usr', 'app'])
  expect(hasLiquid('50 % {off}')).toBe(false)
})
