import type { ApnsOverrides } from '@carillon/contract'
import { expect, test } from 'vitest'
import type { DeliveryOptions, RenderedContent, WirePayload } from '../channel.ts'
import { delivery, rendered } from '../testing/lane-options.ts'
import { buildApnsPayload } from './payload.ts'

function built(content: Partial<RenderedContent> = {}, options: Partial<DeliveryOptions> = {}) {
  const wire = buildApnsPayload(rendered(content), delivery(options))
  if ('unbuildable' in wire) throw new Error(wire.detail)
  return { ...wire, json: JSON.parse(wire.body) }
}

const aps = (apns: ApnsOverrides, content: Partial<RenderedContent> = {}) =>
  built({ ...content, apns }).json.aps

test('a title and a body become an alert with our part beside it', () => {
  const { json, headers } = built()
  expect(json).toEqual({
    aps: { alert: { title: 'Hello', body: 'World' } },
    carillon: { delivery_id: delivery().deliveryId },
  })
  expect(headers).toEqual({
    'apns-id': delivery().deliveryId,
    'apns-push-type': 'alert',
    'apns-priority': '10',
    'apns-expiration': '1900003600',
  })
})

test.each<[ApnsOverrides, object]>([
  [{ title: 'T' }, { alert: { title: 'T', body: 'World' } }],
  [{ subtitle: 'S' }, { alert: { title: 'Hello', subtitle: 'S', body: 'World' } }],
  [{ body: 'B' }, { alert: { title: 'Hello', body: 'B' } }],
  [
    { title_loc_key: 'TK', title_loc_args: ['a', 'b'] },
    { alert: { body: 'World', 'title-loc-key': 'TK', 'title-loc-args': ['a', 'b'] } },
  ],
  [{ loc_key: 'K', loc_args: ['a'] }, { alert: { title: 'Hello', 'loc-key': 'K', 'loc-args': ['a'] } }],
  [{ action_loc_key: 'A' }, { alert: { title: 'Hello', body: 'World', 'action-loc-key': 'A' } }],
  [{ launch_image: 'L.png' }, { alert: { title: 'Hello', body: 'World', 'launch-image': 'L.png' } }],
])('%j goes into the alert', (override, expected) => {
  expect(aps(override)).toEqual(expected)
})

test.each<[ApnsOverrides, object]>([
  [{ badge: 3 }, { badge: 3 }],
  [{ badge: 0 }, { badge: 0 }],
  [{ sound: 'chime.aiff' }, { sound: 'chime.aiff' }],
  [{ sound: { name: 'chime.aiff' } }, { sound: 'chime.aiff' }],
  [{ sound: { name: 'alarm', critical: true } }, { sound: { critical: 1, name: 'alarm' } }],
  [
    { sound: { name: 'alarm', critical: true, volume: 0.5 } },
    { sound: { critical: 1, name: 'alarm', volume: 0.5 } },
  ],
  [{ category: 'NEWS' }, { category: 'NEWS' }],
  [{ thread_id: 'chat-7' }, { 'thread-id': 'chat-7' }],
  [{ target_content_id: 'w' }, { 'target-content-id': 'w' }],
  [{ interruption_level: 'time-sensitive' }, { 'interruption-level': 'time-sensitive' }],
  [{ relevance_score: 0.25 }, { 'relevance-score': 0.25 }],
  [{ content_available: true }, { 'content-available': 1 }],
  [{ content_available: false }, {}],
  [{ mutable_content: true }, { 'mutable-content': 1 }],
  [{ mutable_content: false }, {}],
])('%j goes beside the alert', (override, expected) => {
  expect(aps(override)).toEqual({ alert: { title: 'Hello', body: 'World' }, ...expected })
})

test('an image makes the content mutable unless the message says otherwise', () => {
  const image = 'https://cdn.example/a.png'
  expect(aps({}, { image })['mutable-content']).toBe(1)
  expect(aps({ mutable_content: false }, { image })).not.toHaveProperty('mutable-content')
  expect(built({ image }).json.carillon.image).toBe(image)
})

test('buttons get a category made of their ids unless one is given', () => {
  const buttons = [
    { id: 'yes', title: 'Yes' },
    { id: 'no', title: 'No', url: 'https://example.com/no' },
  ]
  expect(aps({}, { buttons }).category).toBe('carillon.yes.no')
  expect(aps({ category: 'MINE' }, { buttons }).category).toBe('MINE')
  expect(built({ buttons }).json.carillon.buttons).toEqual(buttons)
})

test('the address that a tap opens goes into our part', () => {
  expect(built({ actionUrl: 'app://cart' }).json.carillon.url).toBe('app://cart')
})

test('data entries are top-level keys of any JSON type and cannot displace ours', () => {
  const { json } = built({ data: { order: 7, deep: { a: [1, null] }, aps: 'x', carillon: 'y' } })
  expect(json).toMatchObject({ order: 7, deep: { a: [1, null] } })
  expect(json.aps.alert.title).toBe('Hello')
  expect(json.carillon.delivery_id).toBe(delivery().deliveryId)
})

test('silent content is a background push of priority 5 with data alone', () => {
  const { json, headers } = built({
    silent: true,
    image: 'https://cdn.example/a.png',
    data: { sync: '1' },
    apns: { badge: 2, sound: 'x', priority: 10 },
  })
  expect(json.aps).toEqual({ 'content-available': 1 })
  expect(json.sync).toBe('1')
  expect(headers).toMatchObject({ 'apns-push-type': 'background', 'apns-priority': '5' })
})

test.each<[ApnsOverrides['push_type'], object]>([
  ['voip', { alert: { title: 'Hello', body: 'World' } }],
  ['background', { 'content-available': 1 }],
  ['location', {}],
  ['complication', {}],
  ['fileprovider', {}],
  ['pushtotalk', {}],
  ['widgets', { 'content-changed': true }],
  ['controls', { 'content-changed': true }],
])('a %s push carries %j', (push_type, expected) => {
  const { json, headers } = built({ apns: { push_type } })
  expect(json.aps).toEqual(expected)
  expect(headers['apns-push-type']).toBe(push_type)
})

test('Live Activity fields are merged into aps as they stand', () => {
  const live_activity = { event: 'update', timestamp: 1_900_000_000, 'content-state': { score: '1:0' } }
  const { json, headers } = built({ apns: { live_activity, priority: 5 } })
  expect(json.aps).toEqual({ ...live_activity, alert: { title: 'Hello', body: 'World' } })
  expect(headers).toMatchObject({ 'apns-push-type': 'liveactivity', 'apns-priority': '5' })
})

test.each<[Partial<DeliveryOptions>, ApnsOverrides, string]>([
  [{ priority: 'high' }, {}, '10'],
  [{ priority: 'normal' }, {}, '5'],
  [{ priority: 'high' }, { priority: 1 }, '1'],
  [{ priority: 'normal' }, { priority: 10 }, '10'],
  [{ priority: 'normal' }, { push_type: 'pushtotalk' }, '10'],
])('priority of %j with %j is %s', (options, apns, expected) => {
  expect(built({ apns }, options).headers['apns-priority']).toBe(expected)
})

test.each<[Partial<DeliveryOptions>, ApnsOverrides, string]>([
  [{ ttlSeconds: 0 }, {}, '0'],
  [{}, { push_type: 'pushtotalk' }, '0'],
  [{}, {}, '1900003600'],
])('expiration of %j with %j is %s', (options, apns, expected) => {
  expect(built({ apns }, options).headers['apns-expiration']).toBe(expected)
})

test('the collapse id is the override, else the delivery’s, as visible ASCII', () => {
  expect(built().headers).not.toHaveProperty('apns-collapse-id')
  expect(built({}, { collapseId: 'score 7' }).headers['apns-collapse-id']).toBe('score 7')
  expect(built({ apns: { collapse_id: 'mine' } }, { collapseId: 'x' }).headers['apns-collapse-id']).toBe(
    'mine',
  )
  expect(built({}, { collapseId: 'prix-é\r\n' }).headers['apns-collapse-id']).toBe('prix-%C3%A9%0D%0A')
})

test('size is counted in UTF-8 bytes against 4096, or 5120 for voip', () => {
  const { sizeBytes, limitBytes, body } = built({ body: 'Grüße 🎉' })
  expect(sizeBytes).toBe(Buffer.byteLength(body))
  expect(limitBytes).toBe(4096)
  expect(built({ apns: { push_type: 'voip' } }).limitBytes).toBe(5120)
})

test.each<[string, Partial<RenderedContent>, string]>([
  ['switched off', { apns: { enabled: false } }, 'not_applicable'],
  ['nothing to show', { title: undefined, body: undefined }, 'render_error'],
  ['a collapse id over 64 bytes', { apns: { collapse_id: 'é'.repeat(11) } }, 'render_error'],
  ['a Live Activity without its fields', { apns: { push_type: 'liveactivity' } }, 'render_error'],
])('%s cannot be built', (_what, content, unbuildable) => {
  expect(buildApnsPayload(rendered(content), delivery())).toMatchObject({ unbuildable })
})

test('a badge alone is something to show', () => {
  const wire = buildApnsPayload(
    rendered({ title: undefined, body: undefined, apns: { badge: 0 } }),
    delivery(),
  ) as WirePayload
  expect(JSON.parse(wire.body).aps).toEqual({ badge: 0 })
})
