import fc from 'fast-check'

/** The part of JSON Schema that our OpenAPI document uses. */
export interface JsonSchema {
  type?: string
  enum?: unknown[]
  const?: unknown
  format?: string
  pattern?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean | JsonSchema
  propertyNames?: JsonSchema
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
}

/** Ids that name something here, something of another workspace, or nothing. */
export type Ids = readonly string[]

/** Texts that have broken something somewhere. */
export const badTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udfff',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  "'; drop table users; --",
  `" or '1'='1`,
  '%',
  '_%\\',
  '$.* ? (@ > 1)',
  '{{ user.first_name }}',
  '{{',
  '{% for i in (1..1000000000) %}x{% endfor %}',
  '{% assign a = "x" %}{{ a.constructor.constructor }}',
  '../../../etc/passwd',
  'İıſß\u2028\u202e',
  '🦄'.repeat(300),
  'x'.repeat(5_000),
  // Does not compress, so an index entry of it is as long as it looks.
  Array.from({ length: 2_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7_919) % 20_000))).join(''),
  '\r\nX-Injected: 1',
  'infinity',
  '-infinity',
  'now',
  'NaN',
  '1e400',
  '0000-01-01',
  '2024-02-30',
  '294277-01-01',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-23:59',
  '0001-01-01T00:00:00+23:59',
  '2024-02-30T10:00:00Z',
  '2024-01-01T24:00:00Z',
  'aa-1',
  'x-private',
  'en-US-u-ca-buddhist',
]

export const badValues: readonly unknown[] = [
  null,
  true,
  0,
  -0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  Number.MAX_SAFE_INTEGER,
  -(2 ** 63),
  1e308,
  -1e308,
  5e-324,
  [],
  {},
  [[[[]]]],
  { constructor: 1, toString: 'x', length: -1 },
  nested(100),
  Array.from({ length: 1_500 }, (_, i) => i),
  ...badTexts,
]

function nested(levels: number): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { a: value }
  return value
}

const attributeNames = [
  'email',
  'age',
  'vip',
  'born',
  'tier',
  'first_name',
  'created_at',
  'constructor',
  'crm',
]
const liquid = [
  'Hello',
  'Hi {{ user.first_name | default: "you" }}',
  '{{ user.age | plus: 1 | date: "%Y" }}',
  '{{ variables.a | times: 1e300 }}',
  '{% for x in user.identifiers %}{{ x }}{% endfor %}',
  '{% assign s = "xxxxxxxxxx" %}{% for i in (1..99999) %}{% assign s = s | append: s %}{% endfor %}{{ s }}',
]
const tokens = [
  'ab'.repeat(32),
  'c0de'.repeat(16),
  'fcm-token_1:abc',
  'https://127.0.0.1/push',
  'https://x.notify.windows.com/?a=b',
]

/** What a field of this name usually holds, so that requests get past the first check. */
const usual: Record<string, readonly unknown[]> = {
  attribute: attributeNames,
  definition: [
    'all',
    'any',
    '1',
    '(1 AND 2) OR NOT 3',
    '1 AND',
    `${'('.repeat(2_000)}1`,
    `${'NOT '.repeat(500)}1`,
  ],
  timezone: ['Europe/Berlin', 'UTC', 'etc/gmt+5', 'EST5EDT', 'Pacific/Kiritimati'],
  time_zone: ['Europe/Berlin', 'UTC'],
  token: tokens,
  endpoint: [
    'https://127.0.0.1/push',
    'https://updates.push.services.mozilla.com/wpush/v2/x',
    'http://localhost/',
  ],
  title: liquid,
  body: liquid,
  reconciliation_value: ['ada@example.com', 'ADA@example.com ', 'nobody@example.com', 'ß@x'],
  data: [
    'email,age\nada@example.com,3\n,"',
    'email\n"a',
    '{"attributes":{"email":"x@example.com"}}\n{',
    '\n\n\n',
  ],
  users: [[{ attributes: { email: 'a@b.c', age: 'x' } }, null, { attributes: { vip: true } }]],
  value: [
    'gold',
    3,
    true,
    '2026-01-31',
    '2026-01-31T08:00:00Z',
    [1, 2],
    ['2026-01-01', '2026-02-01'],
    ['gold'],
    30,
  ],
  number: [1, 2, 3],
  subject: ['mailto:a@example.com'],
}

/** Values that mostly fit a schema; where the name of a field tells what is usual there, that. */
export function likelyValue(schema: JsonSchema, ids: Ids, name = ''): fc.Arbitrary<unknown> {
  const fitting = fittingValue(schema, ids, name)
  const known = usual[name]
  return known
    ? fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: fitting })
    : fitting
}

function fittingValue(schema: JsonSchema, ids: Ids, name: string): fc.Arbitrary<unknown> {
  const branches = schema.anyOf ?? schema.oneOf
  if (branches) return fc.oneof(...branches.map((branch) => likelyValue(branch, ids, name)))
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case 'string':
      return textOf(schema, ids)
    case 'integer':
    case 'number':
      return numberOf(schema)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return listOf(schema, ids, name)
    case 'object':
      return objectOf(schema, ids)
    default:
      return fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(...badValues))
  }
}

function textOf(
  { format, pattern, minLength = 0, maxLength = 60 }: JsonSchema,
  ids: Ids,
): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.constantFrom(...ids)
  if (format === 'date-time') {
    const dates = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    return fc.oneof(
      dates.map((date) => date.toISOString()),
      fc.constantFrom('9999-12-31T23:59:59-23:59', '0000-01-01T00:00:00Z'),
    )
  }
  if (pattern) return fc.stringMatching(new RegExp(pattern), { maxLength: 40 })
  return fc.string({ unit: 'binary', minLength, maxLength: Math.max(minLength, Math.min(maxLength, 60)) })
}

function numberOf({ type, minimum = -1e9, maximum = 1e9 }: JsonSchema): fc.Arbitrary<number> {
  const [min, max] = [Math.max(minimum, -1e15), Math.min(maximum, 1e15)]
  return type === 'integer'
    ? fc.integer({ min: Math.ceil(min), max: Math.floor(max) })
    : fc.double({ min, max, noNaN: true })
}

function listOf(
  { items = {}, minItems = 0, maxItems = 3 }: JsonSchema,
  ids: Ids,
  name: string,
): fc.Arbitrary<unknown> {
  return fc.array(likelyValue(items, ids, name), {
    minLength: minItems,
    maxLength: Math.max(minItems, Math.min(maxItems, 3)),
  })
}

function objectOf(schema: JsonSchema, ids: Ids): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties: more } = schema
  const fields = Object.entries(properties).map(
    ([name, each]) => [name, likelyValue(each, ids, name)] as const,
  )
  const known = fc.record(Object.fromEntries(fields), { requiredKeys: required })
  if (typeof more !== 'object') return known
  const names = fc.oneof(fc.constantFrom(...attributeNames), fc.string({ maxLength: 20 }))
  const extra = fc.dictionary(names, likelyValue(more, ids), { maxKeys: 3, noNullPrototype: true })
  return fc.tuple(known, extra).map(([a, b]) => ({ ...a, ...b }))
}

/** One thing done to a value, at a place in it. */
interface Mutation {
  at: number
  how: 'replace' | 'remove' | 'add' | 'wrap'
  value: unknown
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'wrap'),
  value: fc.constantFrom(...badValues),
})

/** The value with up to three things wrong. */
export function spoilt(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(value, fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([whole, mutations]) => mutations.reduce(spoil, whole))
}

function spoil(whole: unknown, { at, how, value }: Mutation): unknown {
  const root = { root: structuredClone(whole) }
  const places = placesIn(root)
  const { holder, key } = places[at % places.length] as Place
  if (how === 'replace') holder[key] = value
  if (how === 'remove') delete holder[key]
  if (how === 'wrap') holder[key] = [holder[key]]
  if (how === 'add') holder[typeof value === 'string' && value !== '__proto__' ? value : 'unknown'] = value
  return root.root
}

interface Place {
  holder: Record<string, unknown>
  key: string
}

function placesIn(holder: Record<string, unknown>): Place[] {
  return Object.entries(holder).flatMap(([key, value]) => [
    { holder, key },
    ...(typeof value === 'object' && value !== null
      ? placesIn(value as Record<string, unknown>).slice(0, 50)
      : []),
  ])
}

/** What no JSON writer would write, made of what one did. */
export const textFaults: readonly ((json: string) => string | Buffer)[] = [
  (json) => json.slice(0, -1),
  (json) => `${json}}`,
  (json) => `\ufeff${json}`,
  (json) => json.replace('{', '{"__proto__":{"isAdmin":true},'),
  (json) => json.replace('{', '{"a":1,"a":2,'),
  (json) => json.replace(/:("[^"]*"|\d+)/, ':1e999'),
  (json) => json.replace(/"([^"]+)":/, '"$1\\u0000":'),
  (json) => json.replace(/:"/, ':"\\ud83d'),
  (json) =>
    Buffer.concat([Buffer.from(json.slice(0, 9)), Buffer.of(0xff, 0xfe, 0xc0), Buffer.from(json.slice(9))]),
  (json) => json.replaceAll('"', "'"),
  (json) => `{"a":${json},"b":NaN}`,
  () => '',
  () => 'null',
  () => '[]',
  () => '"text"',
  () => '7',
  () => `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  () => `${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`,
]
