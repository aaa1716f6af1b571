import { describe, expect, test } from 'vitest'
import type { DeliveryOptions, RenderedContent, WirePayload } from '../channel.ts'
import { buildWnsPayload } from './payload.ts'
import { tagOf } from './tag.ts'

type Overrides = NonNullable<RenderedContent['wns']>

const deliveryId = '01890a5d-ac96-8774-8cce-b302099a8057'
const plain: RenderedContent = { title: 'Hello', body: 'World', buttons: [], data: {}, silent: false }
const options: DeliveryOptions = {
  deliveryId,
  ttlSeconds: 3600,
  expiresAtSeconds: 1_700_003_600,
  priority: 'normal',
}

function built(content: Partial<RenderedContent>, more: Partial<DeliveryOptions> = {}): WirePayload {
  const wire = buildWnsPayload({ ...plain, ...content }, { ...options, ...more })
  if ('unbuildable' in wire) throw new Error(wire.detail)
  return wire
}
const withOverrides = (wns: Overrides, more?: Partial<DeliveryOptions>) => built({ wns }, more)

const entities: Record<string, string> = { quot: '"', amp: '&', lt: '<', gt: '>', apos: "'" }
const decode = (xml: string) => xml.replace(/&(\w+);/g, (_, name: string) => entities[name] ?? '')
const launchIn = (xml: string) =>
  JSON.parse(decode(/ (?:launch|arguments)="([^"]*)"/.exec(xml)?.[1] ?? 'null'))

describe('a toast', () => {
  test('shows title and body, and knows its delivery', () => {
    const { body, headers } = built({})
    expect(body.replace(/ launch="[^"]*"/, '')).toBe(
      '<toast><visual><binding template="ToastGeneric"><text>Hello</text><text>World</text></binding></visual></toast>',
    )
    expect(launchIn(body)).toEqual({ delivery_id: deliveryId })
    expect(headers).toEqual({
      'x-wns-type': 'wns/toast',
      'content-type': 'text/xml',
      'x-wns-requestforstatus': 'true',
      'x-wns-ttl': '3600',
    })
  })

  test('starts the app at an address or a screen, with parameters and data', () => {
    const content = { actionUrl: 'https://example.com/?a=1&b=2', data: { order: '17', list: [1] } }
    const { body } = built({ ...content, wns: { screen_name: 'Order', params: { id: '<17>' } } })
    expect(launchIn(body)).toEqual({
      delivery_id: deliveryId,
      url: 'https://example.com/?a=1&b=2',
      screen_name: 'Order',
      params: { id: '<17>' },
      data: { order: '17', list: [1] },
    })
  })

  test('has a picture and buttons that say which delivery they belong to', () => {
    const { body } = built({
      image: 'https://example.com/i.png?a=1&b=2',
      buttons: [{ id: 'yes', title: 'Yes & no', url: 'https://example.com/y' }],
    })
    expect(body).toContain('<image placement="hero" src="https://example.com/i.png?a=1&amp;b=2"/>')
    const [, action = ''] = /<actions>(.*)<\/actions>/.exec(body) ?? []
    expect(action).toContain('content="Yes &amp; no"')
    expect(action).toContain('activationType="foreground"')
    expect(launchIn(action)).toEqual({
      delivery_id: deliveryId,
      action_id: 'yes',
      url: 'https://example.com/y',
    })
  })

  test('cannot be broken out of', () => {
    const evil = '"/></toast><toast launch="x">&<![CDATA['
    const { body } = built({
      title: evil,
      body: evil,
      image: evil,
      actionUrl: evil,
      buttons: [{ id: 'a', title: evil, url: evil }],
      data: { evil },
      wns: { screen_name: evil, params: { evil }, sound: evil },
    })
    expect(body.match(/<toast/g)).toHaveLength(1)
    expect(body.match(/<\/toast>/g)).toHaveLength(1)
    expect(body).not.toContain('<![CDATA[')
    expect(launchIn(body).delivery_id).toBe(deliveryId)
  })

  test.each<[string, Overrides, string]>([
    ['title', { title: 'Other' }, '<text>Other</text><text>World</text>'],
    ['body', { body: 'Other' }, '<text>Hello</text><text>Other</text>'],
    ['image', { image: 'ms-appx:///a.png' }, '<image placement="hero" src="ms-appx:///a.png"/>'],
    ['duration', { duration: 'long' }, ' duration="long"'],
    ['scenario', { scenario: 'reminder' }, ' scenario="reminder"'],
    [
      'sound',
      { sound: 'ms-winsoundevent:Notification.Mail' },
      '<audio src="ms-winsoundevent:Notification.Mail"/>',
    ],
    [
      'looping sound',
      { sound: 'ms-winsoundevent:Notification.Looping.Alarm' },
      '<audio src="ms-winsoundevent:Notification.Looping.Alarm" loop="true"/>',
    ],
    ['no sound', { sound: 'silent' }, '<audio silent="true"/>'],
  ])('takes the override: %s', (_, wns, expected) => {
    expect(withOverrides(wns).body).toContain(expected)
  })

  test('leaves the default scenario out, which XML does not know', () => {
    expect(withOverrides({ scenario: 'default' }).body).not.toContain('scenario')
  })
})

describe('a tile', () => {
  test('has its texts in two sizes and gives its delivery back when the app starts from it', () => {
    const { body, headers } = withOverrides({ type: 'tile', image: 'ms-appx:///a.png' })
    const content = '<text>Hello</text><text>World</text><image placement="peek" src="ms-appx:///a.png"/>'
    expect(body).toContain(`<binding template="TileMedium">${content}</binding>`)
    expect(body).toContain(`<binding template="TileWide">${content}</binding>`)
    expect(launchIn(body)).toEqual({ delivery_id: deliveryId })
    expect(headers).toMatchObject({ 'x-wns-type': 'wns/tile', 'content-type': 'text/xml' })
  })
})

describe('a badge', () => {
  test.each<[Overrides['badge'], string]>([
    [0, '<badge value="0"/>'],
    [42, '<badge value="42"/>'],
    ['newMessage', '<badge value="newMessage"/>'],
  ])('shows %s', (badge, expected) => {
    const { body, headers } = withOverrides({ type: 'badge', badge })
    expect(body).toBe(expected)
    expect(headers).toMatchObject({ 'x-wns-type': 'wns/badge', 'content-type': 'text/xml' })
  })

  test('is what a message without texts is', () => {
    const { headers } = built({ title: undefined, body: undefined, wns: { badge: 3 } })
    expect(headers['x-wns-type']).toBe('wns/badge')
  })
})

describe('a raw notification', () => {
  test('carries everything as JSON', () => {
    const { body, headers } = built({
      image: 'https://example.com/i.png',
      actionUrl: 'https://example.com/',
      buttons: [{ id: 'yes', title: 'Yes' }],
      data: { order: '17' },
      wns: { type: 'raw', screen_name: 'Order', params: { id: '17' } },
    })
    expect(JSON.parse(body)).toEqual({
      title: 'Hello',
      body: 'World',
      image: 'https://example.com/i.png',
      url: 'https://example.com/',
      buttons: [{ id: 'yes', title: 'Yes' }],
      data: { order: '17' },
      screen_name: 'Order',
      params: { id: '17' },
      delivery_id: deliveryId,
    })
    expect(headers).toMatchObject({ 'x-wns-type': 'wns/raw', 'content-type': 'application/octet-stream' })
  })

  test('is replaced by the text of the override, as it stands', () => {
    expect(withOverrides({ type: 'raw', raw: '<anything & more>' }).body).toBe('<anything & more>')
  })
})

describe('the headers', () => {
  test.each<[Overrides, Partial<DeliveryOptions>, Record<string, string | undefined>]>([
    [{ cache_policy: 'cache' }, {}, { 'x-wns-cache-policy': 'cache' }],
    [{ cache_policy: 'no-cache' }, {}, { 'x-wns-cache-policy': 'no-cache' }],
    [{ tag: 'orders' }, { collapseId: 'other' }, { 'x-wns-tag': 'orders' }],
    [{}, { collapseId: 'order17' }, { 'x-wns-tag': 'order17' }],
    [{ group: 'shop' }, {}, { 'x-wns-group': 'shop' }],
    [{ priority: 4 }, { priority: 'high' }, { 'x-wns-priority': '4' }],
    [{}, { priority: 'high' }, { 'x-wns-priority': '1' }],
    [{}, { priority: 'normal' }, { 'x-wns-priority': undefined }],
    [{}, { ttlSeconds: 86_400 }, { 'x-wns-ttl': '86400', 'x-wns-cache-policy': undefined }],
    [{}, { ttlSeconds: 0 }, { 'x-wns-ttl': '60', 'x-wns-cache-policy': undefined }],
    [{ type: 'tile' }, { ttlSeconds: 0 }, { 'x-wns-ttl': undefined, 'x-wns-cache-policy': 'no-cache' }],
  ])('of %o with %o hold %o', (wns, more, expected) => {
    const { headers } = withOverrides(wns, more)
    for (const [name, value] of Object.entries(expected)) expect(headers[name]).toBe(value)
  })

  test('hold nothing that HTTP could misread', () => {
    const { headers } = withOverrides({ tag: 'a\r\nx: y', group: 'ü' })
    for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]+$/)
  })
})

describe('the tag', () => {
  test.each([
    'order-17',
    'order:17',
    'x'.repeat(17),
    'ü',
  ])('of "%s" is 16 characters that WNS takes', (text) => {
    expect(tagOf(text)).toMatch(/^[0-9a-f]{16}$/)
    expect(tagOf(text)).toBe(tagOf(text))
    expect(tagOf(`${text}!`)).not.toBe(tagOf(text))
  })

  test('digests as FNV-1a does (its published value for no text)', () => {
    expect(tagOf('')).toBe('cbf29ce484222325')
  })
})

test('size counts UTF-8 bytes', () => {
  const ascii = built({ body: 'aaaa' })
  expect(built({ body: 'ääää' }).sizeBytes).toBe(ascii.sizeBytes + 4)
  expect(ascii.sizeBytes).toBe(Buffer.byteLength(ascii.body))
  expect(ascii.limitBytes).toBe(5000)
})

describe('what cannot be built', () => {
  test.each<[string, Partial<RenderedContent>, 'not_applicable' | 'render_error']>([
    ['a silent message', { silent: true }, 'not_applicable'],
    ['a message that is switched off here', { wns: { enabled: false } }, 'not_applicable'],
    ['a toast without texts', { title: undefined, body: '' }, 'render_error'],
    ['a tile without texts', { title: '', body: '', wns: { type: 'tile' } }, 'render_error'],
    ['a badge without a value', { wns: { type: 'badge' } }, 'render_error'],
  ])('%s', (_, content, unbuildable) => {
    expect(buildWnsPayload({ ...plain, ...content }, options)).toMatchObject({ unbuildable })
  })
})
