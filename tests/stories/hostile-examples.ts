import { type SegmentOperator, segmentOperators } from '@carillon/contract'
import fc from 'fast-check'
import { badTexts } from './hostile-values.ts'
import type { World } from './hostile-world.ts'

/** Bodies that are right, by operation: a fault deep in one of them gets further than chance would. */
export function examplesFor({ own, devices }: World): Record<string, fc.Arbitrary<unknown>> {
  const storable = badTexts.filter(
    (each) => !each.includes('\0') && each.isWellFormed() && each !== '__proto__',
  )
  const text = fc.oneof(fc.constantFrom(...storable), fc.string({ unit: 'grapheme', maxLength: 30 }))
  const name = fc.tuple(text, fc.nat()).map(([some, n]) => `${some.slice(0, 200)} ${n}`)
  const attributes = fc.dictionary(
    fc.constantFrom('email', 'first_name', 'city', 'constructor', 'toString', 'age', 'born'),
    fc.oneof(text, fc.double(), fc.boolean(), fc.constant(null), fc.constant('2026-01-31')),
    { maxKeys: 4, noNullPrototype: true },
  )
  const user = fc.record(
    {
      attributes,
      identifiers: fc.dictionary(fc.constantFrom('crm', 'constructor'), text),
      locale: fc.constantFrom('de', 'aa-1'),
    },
    { requiredKeys: ['attributes'] },
  )
  const content = fc.record({
    title: fc.oneof(fc.constantFrom(...templates), text),
    data: fc.dictionary(text, fc.jsonValue()),
  })
  const audience = fc.constantFrom<unknown>(
    { all: true },
    { user_ids: [own.user], exclude_segment_ids: [own.segment] },
    { segment_ids: [own.segment] },
    { subscription_ids: [own.subscription] },
    { users_by: { attribute: 'age', values: ['36', ''] } },
    { users_by: { attribute: 'constructor', values: ['x'] } },
  )
  const message = fc.record({
    app_id: fc.constant(own.app),
    to: audience,
    content,
    variables: fc.dictionary(text, fc.jsonValue()),
    metadata: fc.dictionary(text, text),
    dry_run: fc.boolean(),
  })
  const preview = fc.record({
    content,
    app_id: fc.constant(own.app),
    user_id: fc.constant(own.user),
    variables: fc.object(),
  })
  const segment = fc.record({
    name,
    conditions: conditions(own.segment, own.message, text),
    definition: fc.constantFrom('all', 'any', 'NOT 1'),
  })
  const device = {
    app_id: fc.constant(own.app),
    device_id: text,
    device_name: text,
    reconciliation_value: text,
  }
  const { apns, fcm, webpush, wns } = devices
  const subscription = fc.oneof(
    fc.record({
      ...device,
      platform: fc.constant('apns'),
      token: fc.constantFrom(apns.token, ...apnsTokens),
    }),
    fc.record({
      ...device,
      platform: fc.constant('fcm'),
      token: fc.oneof(fc.constant(fcm.token), fcmTokens),
    }),
    fc.record({ ...device, platform: fc.constant('wns'), token: fc.constant(wns.token) }),
    fc.record({
      ...device,
      platform: fc.constant('webpush'),
      endpoint: fc.constantFrom(webpush.endpoint, 'https://127.0.0.1:9/a', 'https://[::1]/b'),
      keys: fc.constant(webpush.keys),
    }),
  )
  const interaction = fc.record({
    delivery_id: fc.constantFrom(own.delivery, own.user),
    type: fc.constantFrom('opened', 'action'),
    action_id: fc.string({ unit: 'binary', maxLength: 64 }),
    at: fc.constantFrom('0001-01-01T00:00:00Z', '2026-01-01T00:00:00+05:30', '9999-12-31T23:59:59Z'),
  })
  const credential = fc.constantFrom<unknown>(
    {
      auth: 'token',
      key: 'x',
      key_id: 'ABCDEFGHIJ',
      team_id: 'ABCDEFGHIJ',
      bundle_id: 'a.b',
      environment: 'sandbox',
    },
    { auth: 'certificate', certificate: 'AAAA', passphrase: '', environment: 'production' },
    {
      service_account: {
        project_id: 'p',
        client_email: 'a@b.c',
        private_key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
      },
    },
    { subject: 'mailto:a@example.com' },
    { subject: 'mailto:a@example.com', public_key: 'AAAA', private_key: 'AAAA' },
    { tenant_id: 't', client_id: 'c', client_secret: 's' },
  )
  return {
    createApp: fc.record({ name, category: text, identity_key: fc.constant('k'.repeat(32)) }),
    putCredential: credential,
    createUser: user,
    patchUser: user,
    batchUsers: fc.record({ users: fc.array(user, { minLength: 1, maxLength: 5 }) }),
    createImport: fc.record({
      format: fc.constantFrom('csv', 'ndjson'),
      mode: fc.constantFrom('insert', 'upsert'),
      data: imports(text),
    }),
    createSubscription: subscription,
    batchSubscriptions: fc.record({ subscriptions: fc.array(subscription, { minLength: 1, maxLength: 5 }) }),
    patchSubscription: fc.record({
      device_id: text,
      reconciliation_value: text,
      permission: fc.constant('granted'),
    }),
    reviewSuspects: fc.record({
      app_id: fc.constant(own.app),
      decision: fc.constantFrom('retire', 'restore'),
    }),
    createSegment: segment,
    putSegment: segment,
    estimateSegment: segment,
    createTemplate: fc.record({ name, content }),
    putTemplate: fc.record({ name, content }),
    previewContent: preview,
    createMessage: message,
    createInteractions: fc.oneof(interaction, fc.array(interaction, { minLength: 1, maxLength: 5 })),
    testCredential: fc.constantFrom({}, { subscription_id: own.subscription }),
    changeReconciliationKey: fc.constantFrom({ attribute: 'email', dry_run: true }, { attribute: 'email' }),
  }
}

const templates = [
  'Hi {{ user.first_name | default: "you" }}',
  '{{ user.constructor | default: 1 | times: 1e308 }}',
  '{{ user.born | default: "x" | date: "%s" }}',
  '{{ message.metadata | json }}{{ variables | json }}',
]
const apnsTokens = ['ab'.repeat(32), 'AB'.repeat(32), '0f'.repeat(80)]
const fcmTokens = fc.stringMatching(/^[A-Za-z0-9_:-]{20,60}$/)

const dates = [
  '2026-01-31',
  '0001-01-01',
  '9999-12-31',
  '9999-12-31T23:59:59-23:59',
  '0001-01-01T00:00:00+23:59',
]
const numbers = [0, -0, 1e308, -1e308, 5e-324, 2 ** 53, 0.1]

/** Conditions as they are meant, each operator with what it can be asked of, and some that make no sense. */
function conditions(segmentId: string, messageId: string, text: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const number = fc.oneof(fc.constantFrom(...numbers), fc.double({ noNaN: true, noDefaultInfinity: true }))
  const date = fc.constantFrom(...dates)
  const days = fc.constantFrom(0, 1, 36_500)
  const anyName = fc.constantFrom(
    'email',
    'age',
    'vip',
    'born',
    'tier',
    'created_at',
    'timezone',
    'constructor',
  )
  const asks = (attribute: fc.Arbitrary<string>, operator: SegmentOperator, value?: fc.Arbitrary<unknown>) =>
    fc.record({ attribute, operator: fc.constant(operator), ...(value && { value }) })
  const [word, age, day] = ['first_name', 'age', 'born'].map((name) =>
    fc.constantFrom(name, 'constructor'),
  ) as [fc.Arbitrary<string>, fc.Arbitrary<string>, fc.Arbitrary<string>]
  const sensible = fc.oneof(
    asks(word, 'contains', text),
    asks(word, 'not_equals', text),
    asks(word, 'in', fc.array(text, { minLength: 1, maxLength: 3 })),
    asks(age, 'greater', number),
    asks(
      age,
      'between',
      fc.tuple(number, number).map((pair) => pair.sort((a, b) => a - b)),
    ),
    asks(day, 'before', date),
    asks(day, 'equals', date),
    asks(fc.constant('created_at'), 'after', date),
    asks(day, 'within_last_days', days),
    asks(day, 'within_next_days', days),
    asks(day, 'more_than_days_ago', days),
    asks(anyName, 'exists'),
    fc.constantFrom<object>(
      { operator: 'in_segment', value: segmentId },
      { operator: 'opened', value: messageId },
      { operator: 'received' },
    ),
  )
  const senseless = fc.record({
    attribute: anyName,
    operator: fc.constantFrom(...segmentOperators),
    value: fc.oneof(text, number, date, fc.boolean(), fc.array(date, { maxLength: 2 })),
  })
  return fc
    .array(fc.oneof({ weight: 6, arbitrary: sensible }, { weight: 1, arbitrary: senseless }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((list) => list.map((condition, i) => ({ number: i + 1, ...condition })))
}

function imports(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const csv = fc
    .array(fc.tuple(text, text), { maxLength: 5 })
    .map((rows) => ['email,age', ...rows.map((row) => row.join(','))].join('\n'))
  const lines = fc.array(fc.record({ attributes: fc.dictionary(fc.constant('email'), text) }), {
    maxLength: 5,
  })
  return fc.oneof(
    csv,
    lines.map((items) => items.map((item) => JSON.stringify(item)).join('\n')),
    text,
  )
}
