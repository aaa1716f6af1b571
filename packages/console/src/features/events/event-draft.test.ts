import type { EventDefinition } from '@carillon/contract'
import { expect, test } from 'vitest'
import {
  draftOf,
  emptyEventDraft,
  examplesOf,
  exampleText,
  exampleValue,
  fieldsOf,
  nameFor,
  variablesOf,
  withRenamed,
} from './event-draft.ts'

const definition: EventDefinition = {
  id: '0197a000-0000-7000-8000-000000000001',
  app_id: '0197a000-0000-7000-8000-000000000002',
  name: 'Order shipped',
  description: null,
  type: 'orders',
  status: 'active',
  content: { title: 'Order {{ variables.order_id }}', default_locale: 'en' },
  template_id: null,
  channels: ['push', 'sms'],
  reach: 'first',
  overrides: {},
  variables: [
    { name: 'order_id', example: '0042', required: true },
    { name: 'items', example: [{ name: 'Cup' }], required: false },
  ],
  ttl_seconds: 600,
  version: 3,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  last_invoked_at: null,
}

test('a definition that is opened and saved is what it was', () => {
  const { id, status, template_id, version, created_at, updated_at, last_invoked_at, ...fields } = definition
  expect(fieldsOf(draftOf(definition))).toEqual(fields)
  const templated = { ...definition, content: null, template_id: id }
  expect(fieldsOf(draftOf(templated))).toMatchObject({ template_id: id })
  expect(fieldsOf(draftOf(templated))).not.toHaveProperty('content')
})

test.each([
  ['A-7', 'A-7'],
  ['42', 42],
  ['"42"', '42'],
  ['true', true],
  ['[1, 2]', [1, 2]],
  ['null', 'null'],
  ['', ''],
  ['{ broken', '{ broken'],
])('an example typed as %s is %j', (typed, value) => {
  expect(exampleValue(typed)).toEqual(value)
  expect(exampleValue(exampleText(value))).toEqual(value)
})

test('texts are shown with the examples', () => {
  expect(examplesOf(variablesOf(draftOf(definition)))).toEqual({ order_id: '0042', items: [{ name: 'Cup' }] })
})

test.each([
  ['Order no. 7', 'order_no_7'],
  ['Zoë', 'zoe'],
  ['42', 'value'],
  ['…', 'value'],
])('a variable made of %s is called %s', (text, name) => {
  expect(nameFor(text, [])).toBe(name)
  expect(nameFor(text, [name, `${name}_2`])).toBe(`${name}_3`)
})

test('a variable that is renamed is renamed in every text, but not in what people read', () => {
  const draft = {
    ...emptyEventDraft,
    variables: [{ name: 'id', example: '1', required: true }],
    content: {
      title: 'variables.id: {{ variables.id | upcase }} {{ variables.id_2 }}',
      locales: { de: { body: '{% if variables.id %}ja{% endif %}' } },
    },
    overrides: { apns: { subtitle: '{{variables.id}}', badge: 1 } },
  }
  expect(withRenamed(draft, 0, 'order')).toMatchObject({
    variables: [{ name: 'order' }],
    content: {
      title: 'variables.id: {{ variables.order | upcase }} {{ variables.id_2 }}',
      locales: { de: { body: '{% if variables.order %}ja{% endif %}' } },
    },
    overrides: { apns: { subtitle: '{{variables.order}}', badge: 1 } },
  })
  expect(withRenamed(draft, 0, '')).toEqual({ ...draft, variables: [{ ...draft.variables[0], name: '' }] })
})
