import type { FcmOverrides } from '@carillon/contract'
import { expect, test } from 'vitest'
import type { DeliveryOptions, RenderedContent } from '../channel.ts'
import { delivery, rendered } from '../testing/lane-options.ts'
import { buildFcmPayload } from './payload.ts'

function built(content: Partial<RenderedContent> = {}, options: Partial<DeliveryOptions> = {}) {
  const wire = buildFcmPayload(rendered(content), delivery(options))
  if ('unbuildable' in wire) throw new Error(wire.detail)
  return { ...wire, json: JSON.parse(wire.body) }
}

const id = delivery().deliveryId

test('a title and a body become a notification, with the delivery id in data', () => {
  expect(built().json).toEqual({
    data: { carillon_delivery_id: id },
    notification: { title: 'Hello', body: 'World' },
    android: { priority: 'HIGH', ttl: '3600s' },
  })
})

test('all values of data are strings', () => {
  const { json } = built({ data: { text: 'a', number: 7, yes: true, none: null, deep: { a: [1] } } })
  expect(json.data).toEqual({
    text: 'a',
    number: '7',
    yes: 'true',
    none: 'null',
    deep: '{"a":[1]}',
    carillon_delivery_id: id,
  })
})

test('the address and the buttons go into data, the image into the notification', () => {
  const buttons = [{ id: 'yes', title: 'Yes' }]
  const { json } = built({ buttons, actionUrl: 'app://cart', image: 'https://cdn.example/a.png' })
  expect(json.data).toMatchObject({ carillon_url: 'app://cart', carillon_buttons: JSON.stringify(buttons) })
  expect(json.notification.image).toBe('https://cdn.example/a.png')
})

test('payload_mode data sends the texts to the app alone', () => {
  const { json } = built({
    image: 'https://cdn.example/a.png',
    fcm: { payload_mode: 'data', channel_id: 'x' },
  })
  expect(json.data).toMatchObject({ title: 'Hello', body: 'World', image: 'https://cdn.example/a.png' })
  expect(json).not.toHaveProperty('notification')
  expect(json.android).not.toHaveProperty('notification')
})

test('payload_mode both copies the texts into data, where the content’s own entries win', () => {
  const { json } = built({ data: { title: 'mine' }, fcm: { payload_mode: 'both' } })
  expect(json.notification).toEqual({ title: 'Hello', body: 'World' })
  expect(json.data).toEqual({ title: 'mine', body: 'World', carillon_delivery_id: id })
})

test('silent content is data alone, without texts and of normal priority', () => {
  const { json } = built({ silent: true, data: { sync: 1 }, fcm: { payload_mode: 'both' } })
  expect(json).toEqual({
    data: { sync: '1', carillon_delivery_id: id },
    android: { priority: 'NORMAL', ttl: '3600s' },
  })
  expect(built({ silent: true, fcm: { priority: 'high' } }).json.android.priority).toBe('HIGH')
})

test.each<[FcmOverrides, object]>([
  [{ title: 'T' }, { title: 'T', body: 'World' }],
  [{ body: 'B' }, { title: 'Hello', body: 'B' }],
  [{ title_loc_key: 'K' }, { body: 'World' }],
  [{ body_loc_key: 'K' }, { title: 'Hello' }],
])('%j makes the notification %j', (fcm, expected) => {
  expect(built({ fcm }).json.notification).toEqual(expected)
})

test.each<[FcmOverrides, object]>([
  [{ channel_id: 'news' }, { channel_id: 'news' }],
  [{ icon: 'bell' }, { icon: 'bell' }],
  [{ color: '#ff8800' }, { color: '#ff8800' }],
  [{ sound: 'chime' }, { sound: 'chime' }],
  [{ tag: 'score' }, { tag: 'score' }],
  [{ click_action: 'OPEN' }, { click_action: 'OPEN' }],
  [
    { title_loc_key: 'K', title_loc_args: ['a'] },
    { title_loc_key: 'K', title_loc_args: ['a'] },
  ],
  [
    { body_loc_key: 'K', body_loc_args: ['a'] },
    { body_loc_key: 'K', body_loc_args: ['a'] },
  ],
  [{ ticker: 'read me' }, { ticker: 'read me' }],
  [{ sticky: true }, { sticky: true }],
  [{ local_only: false }, { local_only: false }],
  [{ notification_priority: 'max' }, { notification_priority: 'PRIORITY_MAX' }],
  [{ visibility: 'secret' }, { visibility: 'SECRET' }],
  [{ notification_count: 0 }, { notification_count: 0 }],
  [{ vibrate_timings_seconds: [0.2, 1] }, { vibrate_timings: ['0.2s', '1s'] }],
])('%j goes into android.notification', (fcm, expected) => {
  expect(built({ fcm }).json.android.notification).toEqual(expected)
})

test.each<[FcmOverrides, object]>([
  [{ collapse_key: 'mine' }, { collapse_key: 'mine' }],
  [{ priority: 'normal' }, { priority: 'NORMAL' }],
  [{ restricted_package_name: 'com.example' }, { restricted_package_name: 'com.example' }],
  [{ direct_boot_ok: true }, { direct_boot_ok: true }],
])('%j goes into android', (fcm, expected) => {
  expect(built({ fcm }, { collapseId: 'given' }).json.android).toEqual({
    collapse_key: 'given',
    priority: 'HIGH',
    ttl: '3600s',
    ...expected,
  })
})

test('the analytics label belongs to the message', () => {
  expect(built({ fcm: { analytics_label: 'spring' } }).json.fcm_options).toEqual({
    analytics_label: 'spring',
  })
})

test.each([
  [0, '0s'],
  [90, '90s'],
  [9_999_999, '2419200s'],
])('a lifetime of %d seconds is %s', (ttlSeconds, ttl) => {
  expect(built({}, { ttlSeconds }).json.android.ttl).toBe(ttl)
})

test('size is counted in UTF-8 bytes of the message without its target, against 4096', () => {
  const { sizeBytes, limitBytes, body } = built({ body: 'Grüße 🎉' })
  expect(sizeBytes).toBe(Buffer.byteLength(body))
  expect(limitBytes).toBe(4096)
})

test.each<[string, Partial<RenderedContent>, string]>([
  ['switched off', { fcm: { enabled: false } }, 'not_applicable'],
  ['nothing to show', { title: undefined, body: undefined, data: { a: 1 } }, 'render_error'],
])('%s cannot be built', (_what, content, unbuildable) => {
  expect(buildFcmPayload(rendered(content), delivery())).toMatchObject({ unbuildable })
})
