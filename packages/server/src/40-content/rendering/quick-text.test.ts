import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createScope, parseTemplate, renderTemplate } from './liquid.ts'
import { quickText } from './quick-text.ts'

const names = {
  user: { a: 'Ana', empty: '', no: false, zero: 0, nothing: null, list: ['x'], o: { deep: 'd' }, size: 9 },
  variables: { big: 1e21, text: '{{ user.a }}' },
}

const output = fc
  .tuple(
    fc.constantFrom('user', 'variables', 'app'),
    fc.constantFrom(
      'a',
      'empty',
      'no',
      'zero',
      'nothing',
      'list',
      'o',
      'o.deep',
      'o.deep.er',
      'a.length',
      'a.size',
      'size',
      'big',
      'text',
      'toString',
    ),
    fc.constantFrom('', " | default: 'x'", ' | default: "it\'s"', ' | upcase', "|default:'}'"),
    fc.constantFrom('{{ ', '{{', '{{- '),
  )
  .map(([root, path, filter, open]) => `${open}${root}.${path}${filter} }}`)
const text = fc.array(fc.oneof(output, fc.constantFrom(' ', '{', '}', '}}', 'text', '🔔', '\n')), {
  maxLength: 8,
})

test('renders as Liquid does, or leaves it to Liquid', () => {
  fc.assert(
    fc.property(text, (parts) => {
      const source = parts.join('')
      const quick = quickText(source)?.(names)
      if (quick === undefined) return
      expect(quick).toBe(renderTemplate(parseTemplate(source), createScope(names)))
    }),
    { numRuns: 3_000 },
  )
})

test.each([
  ['Hi {{ user.a }}!', 'Hi Ana!'],
  ["{{ user.gone | default: 'you' }}", 'you'],
  ['{{user.o.deep}}{{ user.zero }}', 'd0'],
])('takes %s', (source, expected) => {
  expect(quickText(source)?.(names)).toBe(expected)
})

test.each([
  '{{ user.a | upcase }}',
  '{{ a }}',
  '{% if a %}{% endif %}',
  '{{ user.a.size }}',
  '{{{ user.a }}',
])('does not take %s', (source) => {
  expect(quickText(source)).toBeNull()
})
