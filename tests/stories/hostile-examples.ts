import fc from 'fast-check'
import { emailsFor } from './hostile-emails.ts'
import {
  apnsTokens,
  calendars,
  conditions,
  fcmTokens,
  imports,
  templates,
  timings,
} from './hostile-example-parts.ts'
import { ruleExamples } from './hostile-rule-examples.ts'
import { badTexts } from './hostile-values.ts'
import type { World } from './hostile-world.ts'

/** Bodies that are right, by operation: a fault deep in one of them gets further than chance would. */
export function examplesFor({ own, devices, receiver }: World): Record<string, fc.Arbitrary<unknown>> {
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
    delivery: fc.constantFrom(...timings),
    pace_per_minute: fc.constantFrom(undefined, 1, 1_000_000),
    topic: fc.constantFrom('marketing', 'transactional', undefined),
    tags: fc.constantFrom([], ['promo', 'promo'], ['constructor']),
  })
  const passed = fc.record({
    app_id: fc.constant(own.app),
    channel: fc.constant('pass'),
    to: fc.constantFrom<unknown>({ all: true }, { user_ids: [own.user] }),
    content,
    overrides: fc.record({
      wallet: fc.record(
        {
          kind: fc.constantFrom('boardingPass', 'storeCard'),
          transit_type: fc.constantFrom('air', 'train'),
          description: text,
          logo_text: fc.constantFrom(...templates),
          fields: fc.record({
            back: fc.array(
              fc.record({ key: fc.constantFrom('a', 'constructor'), value: text, change_message: text }),
              { maxLength: 2 },
            ),
          }),
          barcode: fc.record({ format: fc.constantFrom('qr', 'aztec'), message: text }),
          images: fc.constantFrom({ icon: own.image }, { icon: own.user }),
          expires_at: fc.constantFrom('9999-12-31T23:59:59Z', '2026-02-30T00:00:00Z', '{{ user.born }}'),
        },
        { requiredKeys: ['images'] },
      ),
    }),
  })
  const emailed = emailsFor(own, { content, text, markups: templates })
  const experiment = fc.record(
    {
      variants: fc.array(fc.record({ name, content, weight: fc.constantFrom(1, 1_000) }), {
        minLength: 2,
        maxLength: 3,
      }),
      control_percent: fc.constantFrom(0, 0.1, 50),
      winner: fc.record({
        metric: fc.constantFrom('opened', 'delivered'),
        after_minutes: fc.constantFrom(1, 43_200),
        test_percent: fc.constantFrom(1, 99),
      }),
    },
    { requiredKeys: ['variants'] },
  )
  const preview = fc.record({
    content,
    app_id: fc.constant(own.app),
    user_id: fc.constant(own.user),
    variables: fc.object(),
  })
  const variableName = fc.constantFrom('order_id', 'note', 'constructor', 'toString', 'size')
  const event = fc.record(
    {
      name,
      type: text.map((word) => word.trim().slice(0, 20) || null),
      content: fc.record({
        title: fc.oneof(fc.constantFrom('{{ variables.order_id }}', '{{ variables.constructor }}'), text),
      }),
      variables: fc.array(
        fc.record({ name: variableName, example: fc.jsonValue(), required: fc.boolean() }),
        { maxLength: 3 },
      ),
    },
    { requiredKeys: ['name', 'content'] },
  )
  const invocation = fc.record(
    {
      users: fc.constantFrom<unknown>(
        [{ id: own.user }, { by: { attribute: 'crm', value: 'Ours' } }],
        [{ by: { attribute: 'constructor', value: 'x' } }],
        [{ by: { attribute: 'age', value: '36' } }],
      ),
      variables: fc.oneof(
        text.map((order_id) => ({ order_id })),
        fc.dictionary(variableName, fc.jsonValue(), { noNullPrototype: true }),
      ),
      metadata: fc.dictionary(text, text),
      dry_run: fc.boolean(),
    },
    { requiredKeys: ['users', 'variables'] },
  )
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
    { host: '127.0.0.1', port: 1, security: 'none', from: 'A <a@example.com>' },
    {
      host: 'mail.example.com',
      port: 587,
      security: 'starttls',
      user: 'u',
      password: '\r\nQUIT',
      from: 'a@example.com',
    },
    { pass_type_id: 'pass.a', team_id: 'T', certificate: 'AAAA', key: 'AAAA', wwdr: 'AAAA' },
    {
      provider: 'twilio',
      account_sid: `AC${'0'.repeat(32)}`,
      auth_token: '0'.repeat(32),
      from: '+15005550006',
    },
    // Refused by the guard when its connection is to be made.
    { provider: 'smpp', host: '127.0.0.1', port: 1, system_id: 'a', password: '', from: 'SHOP' },
  )
  const localTimes = fc.constantFrom(
    '2026-03-29T02:30',
    '2026-10-25T02:30:59',
    '1970-01-01T00:00',
    '9998-12-31T23:59:59',
    '2100-01-01T00:00',
    '2026-02-30T00:00',
  )
  const dates = {
    start_local: localTimes,
    end_local: localTimes,
    zone: fc.constantFrom('Europe/Berlin', 'asia/kolkata', 'Pacific/Apia', 'UTC'),
  }
  const campaign = fc.record(
    {
      name,
      type: name,
      segment_ids: fc.constantFrom([], [own.segment], [own.segment, own.segment.toUpperCase()]),
      exclude_segment_ids: fc.constantFrom([], [own.segment]),
      ...dates,
      evaluate_every_seconds: fc.constantFrom(60, 604_800),
      messages: fc.array(
        fc.record(
          {
            name,
            app_id: fc.constant(own.app),
            content,
            template_id: fc.constant(own.template),
            variables: fc.dictionary(text, fc.jsonValue()),
            experiment,
            repeat: fc.oneof(
              fc.record({
                every: fc.constantFrom(1, 1_000),
                unit: fc.constantFrom('hours', 'days', 'weeks'),
              }),
              fc.constantFrom(...calendars),
            ),
            delivery: fc.constantFrom(...timings),
            pace_per_minute: fc.constantFrom(1, 1_000_000),
          },
          { requiredKeys: ['name', 'app_id'] },
        ),
        { maxLength: 3 },
      ),
    },
    { requiredKeys: ['name', 'zone', 'start_local', 'end_local'] },
  )
  const webhook = fc.record(
    {
      url: fc.constantFrom(
        `https://${receiver}/a?b=${encodeURIComponent('ü')}`,
        `https://${receiver}/%00ä`,
        'https://127.0.0.1:9/a',
        'https://[::1]/b',
        'https://10.0.0.1',
      ),
      description: text,
      types: fc.constantFrom(null, ['message.finished'], ['delivery.sent', 'delivery.sent']),
      enabled: fc.constant(false),
    },
    { requiredKeys: ['url'] },
  )
  return {
    ...ruleExamples(text, name),
    createCampaign: campaign,
    putCampaign: campaign,
    restartCampaign: fc.record({ ...dates, again: fc.boolean() }),
    createWebhook: webhook,
    patchWebhook: webhook,
    replayWebhook: fc.constantFrom<unknown>(
      { event_ids: ['evt_1', 'evt_1'] },
      { event_ids: ['evt_999999999999999', 'evt_0'] },
      { from: '0001-01-01T00:00:00Z' },
      { from: '2026-01-01T00:00:00+05:30', to: '9999-12-31T23:59:59Z' },
    ),
    createPassImage: fc.record({
      data: fc.constantFrom(
        'data:image/png;base64,iVBORw0KGgo=',
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
        'AAAA',
        '%',
      ),
    }),
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
    createTemplate: fc.oneof(
      fc.record({ name, content }),
      fc
        .tuple(name, emailed)
        .map(([named, { content: said, overrides }]) => ({ name: named, content: said, overrides })),
    ),
    putTemplate: fc.record({ name, content }),
    previewContent: fc.oneof(
      preview,
      emailed.map(({ to: _, ...rest }) => rest),
    ),
    createMessage: fc.oneof(
      message,
      passed,
      emailed,
      fc
        .tuple(message, experiment)
        .map(([{ content: _, ...rest }, varied]) => ({ ...rest, experiment: varied })),
    ),
    chooseWinner: fc.record({ variant: text }),
    createEventDefinition: event.map((fields) => ({ ...fields, app_id: own.app })),
    patchEventDefinition: event,
    importEventDefinitions: fc.record({
      mode: fc.constantFrom('insert', 'replace'),
      app_id: fc.constant(own.app),
      definitions: fc.array(event, { minLength: 1, maxLength: 3 }),
    }),
    invokeEvent: invocation,
    createInteractions: fc.oneof(interaction, fc.array(interaction, { minLength: 1, maxLength: 5 })),
    testCredential: fc.constantFrom({}, { subscription_id: own.subscription }),
    putSettings: fc.record({
      cors: fc.constantFrom<unknown>(
        { enabled: true, domains: ' *.example.com, * ' },
        { domains: ['https://a.example:8443', '[::1]'] },
        { enabled: false, domains: '' },
      ),
      audit_retention_days: fc.constantFrom(30, 3_650),
      quiet_hours: fc.constantFrom<unknown>(
        { start: '00:00', end: '23:59', days: ['sunday', 'sunday'] },
        { start: '08:00' },
        { release_minutes: 0, channels: null },
      ),
      holdout: fc.constantFrom<unknown>({ percent: 0.001 }, { salt: '__proto__' }),
    }),
    changeReconciliationKey: fc.constantFrom({ attribute: 'email', dry_run: true }, { attribute: 'email' }),
  }
}
