import { type Endpoint, openApiDocument } from '@carillon/contract'
import fc from 'fast-check'
import type { HostileRequest } from './hostile-call.ts'
import { examplesFor } from './hostile-examples.ts'
import { badTexts, type Ids, type JsonSchema, likelyValue, spoilt, textFaults } from './hostile-values.ts'
import { thingAt, type World } from './hostile-world.ts'

interface Operation {
  parameters?: { name: string; in: string; required: boolean; schema: JsonSchema }[]
  /** By content type, of which there is one. */
  requestBody?: { content: Record<string, { schema: JsonSchema }> }
}

const documented = openApiDocument('0').paths as Record<string, Record<string, Operation>>

/** Requests to one operation: some right, most wrong in a place or two, some wrong altogether. */
export function requestsTo(endpoint: Endpoint, world: World): fc.Arbitrary<HostileRequest> {
  const operation = documented[endpoint.path]?.[endpoint.method.toLowerCase()]
  if (!operation) throw new Error(`${endpoint.id} is not documented.`)
  const ids = [...Object.values(world.own), ...Object.values(world.foreign), ...nobody]
  const parts = fc.record({
    path: pathsOf(endpoint, world, ids),
    query: queriesOf(operation, ids),
    credentials: credentials(world),
    idempotencyKey: idempotencyKeys,
    sent:
      endpoint.method === 'GET'
        ? fc.constant<Sent>({})
        : bodiesOf(operation, examplesFor(world)[endpoint.id], ids),
  })
  return parts.map(({ path, query, credentials, idempotencyKey, sent }) => ({
    method: endpoint.method,
    path: path + query,
    headers: { ...credentials, ...idempotencyKey, ...sent.headers },
    body: sent.body,
  }))
}

const nobody = ['0197a000-0000-7000-8000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']
const badSegments = [
  '%00',
  '%ff',
  '%ED%A0%80',
  '%',
  '..',
  '%2e%2e%2f',
  "'",
  '-'.repeat(36),
  'a'.repeat(3_000),
  '%F0%9F%A6%84',
]

function pathsOf({ path }: Endpoint, { own }: World, ids: Ids): fc.Arbitrary<string> {
  const usual: Record<string, fc.Arbitrary<string>> = {
    id: fc.oneof(
      { weight: 3, arbitrary: fc.constant(own[thingAt(path)]) },
      { weight: 1, arbitrary: fc.constantFrom(...ids) },
    ),
    platform: fc.constantFrom('apns', 'fcm', 'webpush', 'wns', 'sms'),
    attribute: fc.constantFrom('email', 'age', 'crm', 'constructor', 'first_name'),
    name: fc.constantFrom('marketing', 'news', 'constructor', 'transactional'),
    value: fc.constantFrom('Ours@example.com', '36', 'Ours', 'true'),
  }
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name as string)
  const segments = names.map((name) =>
    fc.oneof(
      { weight: 8, arbitrary: usual[name] ?? fc.constantFrom(...ids) },
      { weight: 1, arbitrary: fc.constantFrom(...badSegments) },
    ),
  )
  return fc
    .tuple(...segments)
    .map((values) => values.reduce((left, value) => left.replace(/\{[^}]+\}/, () => value), path))
}

const cursors = [
  [nobody[0]],
  ['-'.repeat(36)],
  [2 ** 31],
  [2 ** 53 - 1],
  [-1],
  [1.5],
  [],
  {},
  null,
  ['a\0'],
  [[1]],
].map((key) => Buffer.from(JSON.stringify(key)).toString('base64url'))

const badQueries = [
  '?limit=1&limit=2',
  '?__proto__[x]=1',
  '?constructor=1',
  '?%00=1',
  '?limit=%ff',
  '?=&&&=',
  `?cursor=${'a'.repeat(8_000)}`,
]

function queriesOf({ parameters = [] }: Operation, ids: Ids): fc.Arbitrary<string> {
  const fields = parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, schema, required }) => {
      const usual = name === 'cursor' ? fc.constantFrom(...cursors) : likelyValue(schema, ids, name)
      const value = fc.oneof(
        { weight: 9, arbitrary: usual },
        { weight: 1, arbitrary: fc.constantFrom(...badTexts) },
      )
      const pair = value.map((each) => `${name}=${encodeURIComponent(String(each).toWellFormed())}`)
      return required ? pair : fc.option(pair, { nil: '' })
    })
  const right = fc.tuple(...fields).map((pairs) => pairs.filter(Boolean).join('&'))
  return fc.oneof(
    { weight: 12, arbitrary: right.map((query) => (query ? `?${query}` : '')) },
    { weight: 1, arbitrary: fc.constantFrom(...badQueries) },
  )
}

function credentials({ server, publishableKey, foreignKey }: World): fc.Arbitrary<Record<string, string>> {
  const bearer = (key: string) => fc.constant<Record<string, string>>({ authorization: `Bearer ${key}` })
  const none: Record<string, string>[] = [
    {},
    { authorization: 'Basic Og==' },
    { cookie: 'carillon_session=x' },
  ]
  return fc.oneof(
    { weight: 30, arbitrary: bearer(server.key) },
    { weight: 2, arbitrary: bearer(publishableKey) },
    { weight: 1, arbitrary: bearer(foreignKey) },
    { weight: 1, arbitrary: fc.constantFrom(...none) },
  )
}

const idempotencyKeys: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('again', 'and again', 'once more', '', 'x'.repeat(256), 'é', "'; drop table users")
      .map((key) => ({ 'idempotency-key': key })),
  },
)

interface Sent {
  headers?: Record<string, string>
  body?: string | Buffer
}

const contentTypes = [
  'text/plain',
  'application/xml',
  '',
  'multipart/form-data',
  'application/JSON',
  'application/json; charset=utf-16',
]

function bodiesOf(
  { requestBody }: Operation,
  example: fc.Arbitrary<unknown> | undefined,
  ids: Ids,
): fc.Arbitrary<Sent> {
  const [[contentType, { schema }] = ['application/json', {}] as const] = Object.entries(
    requestBody?.content ?? {},
  )
  const described = schema ? likelyValue(schema, ids) : fc.constant(undefined)
  const right = example
    ? fc.oneof({ weight: 1, arbitrary: described }, { weight: 3, arbitrary: example })
    : described
  const textOf = writers[contentType] ?? String
  const text = right.map(textOf)
  const asBody = (body: string | Buffer): Sent =>
    body.length > 0 ? { headers: { 'content-type': contentType }, body } : {}
  return fc.oneof(
    { weight: 7, arbitrary: text.map(asBody) },
    { weight: 7, arbitrary: spoilt(right).map(textOf).map(asBody) },
    {
      weight: 2,
      arbitrary: fc.tuple(text, fc.constantFrom(...textFaults)).map(([body, fault]) => asBody(fault(body))),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(text, fc.constantFrom(...contentTypes))
        .map(([body, type]) => ({ headers: { 'content-type': type }, body })),
    },
  )
}

/** How a body of each type is written; any other is a text. */
const writers: Record<string, (value: unknown) => string> = {
  'application/json': (value) => JSON.stringify(value) ?? '',
  'application/x-www-form-urlencoded': (value) =>
    typeof value === 'object' && value !== null
      ? new URLSearchParams(Object.entries(value).map(([name, each]) => [name, String(each)])).toString()
      : String(value),
}
