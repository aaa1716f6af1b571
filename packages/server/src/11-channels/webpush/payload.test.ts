import { describe, expect, test } from 'vitest'
import type { DeliveryOptions, RenderedContent, WirePayload } from '../channel.ts'
import { buildWebPushPayload } from './payload.ts'
import { topicOf } from './topic.ts'

const plain: RenderedContent = { title: 'Hello', body: 'World', buttons: [], data: {}, silent: false }
const options: DeliveryOptions = {
  deliveryId: '01890a5d-ac96-8774-8cce-b302099a8057',
  ttlSeconds: 3600,
  expiresAtSeconds: 1_700_003_600,
  priority: 'normal',
}

function built(content: Partial<RenderedContent>, more: Partial<DeliveryOptions> = {}): WirePayload {
  const wire = buildWebPushPayload({ ...plain, ...content }, { ...options, ...more })
  if ('unbuildable' in wire) throw new Error(wire.detail)
  return wire
}
const message = (content: Partial<RenderedContent>, more?: Partial<DeliveryOptions>) =>
  JSON.parse(built(content, more).body)

describe('the message', () => {
  test('carries the texts, the delivery id and the time, and nothing that is empty', () => {
    expect(message({})).toEqual({
      title: 'Hello',
      body: 'World',
      delivery_id: options.deliveryId,
      timestamp: 1_700_000_000_000,
    })
  })

  test('carries image, address, buttons and data', () => {
    const content = {
      image: 'https://example.com/i.png',
      actionUrl: 'https://example.com/a',
      buttons: [
        { id: 'yes', title: 'Yes', url: 'https://example.com/yes' },
        { id: 'no', title: 'No' },
      ],
      data: { order: '17', nested: { a: [1] } },
    }
    expect(message(content)).toMatchObject({
      image: 'https://example.com/i.png',
      url: 'https://example.com/a',
      actions: [
        { action: 'yes', title: 'Yes', url: 'https://example.com/yes' },
        { action: 'no', title: 'No' },
      ],
      data: { order: '17', nested: { a: [1] } },
    })
  })

  test('carries every override', () => {
    const webpush = {
      title: 'T',
      body: 'B',
      icon: 'https://example.com/icon.png',
      badge: 'https://example.com/badge.png',
      tag: 'orders',
      renotify: true,
      require_interaction: true,
      silent: false,
      vibrate_ms: [100, 50, 100],
      dir: 'rtl' as const,
      lang: 'ar',
    }
    const { vibrate_ms, ...rest } = webpush
    expect(message({ webpush })).toMatchObject({ ...rest, vibrate: vibrate_ms })
  })

  test('collapses in the notification tray by the collapse id, unless a tag is given', () => {
    expect(message({}, { collapseId: 'order-17' }).tag).toBe('order-17')
    expect(message({ webpush: { tag: 'mine' } }, { collapseId: 'order-17' }).tag).toBe('mine')
  })

  test('never asks the browser for what it answers with a TypeError', () => {
    expect(message({ webpush: { renotify: true } }).tag).toBe(options.deliveryId)
    expect(message({ webpush: { silent: true, vibrate_ms: [100] } })).not.toHaveProperty('vibrate')
  })

  test('has no time when it has no lifetime to count back from', () => {
    expect(message({}, { ttlSeconds: 0 })).not.toHaveProperty('timestamp')
  })
})

describe('the headers', () => {
  test('say how long, how urgent and instead of what', () => {
    expect(built({}).headers).toEqual({
      ttl: '3600',
      urgency: 'normal',
      topic: '01890a5dac9687748cceb302099a8057',
    })
  })

  test('are urgent for a message of high priority, unless overridden', () => {
    expect(built({}, { priority: 'high' }).headers.urgency).toBe('high')
    expect(built({ webpush: { urgency: 'very-low' } }, { priority: 'high' }).headers.urgency).toBe('very-low')
  })

  test('say 0 for now or never', () => {
    expect(built({}, { ttlSeconds: 0 }).headers.ttl).toBe('0')
  })

  test('take the topic from the override, then the collapse id, then the delivery id', () => {
    const webpush = { topic: 'news' }
    expect(built({ webpush }, { collapseId: 'order-17' }).headers.topic).toBe('news')
    expect(built({}, { collapseId: 'order-17' }).headers.topic).toBe('order-17')
  })
})

describe('the topic', () => {
  test.each([
    ['a length that base64 cannot have', 'neue-angebote'],
    ['other characters', 'order:17'],
    ['other scripts', 'Bestellung-für-Zoë'],
    ['too many characters', 'x'.repeat(33)],
  ])('of a collapse id with %s is a digest that services take', (_, collapseId) => {
    const topic = topicOf(options.deliveryId, collapseId)
    expect(topic).toMatch(/^[0-9a-f]{32}$/)
    expect(topicOf('another delivery', collapseId)).toBe(topic)
    expect(topicOf(options.deliveryId, `${collapseId}!`)).not.toBe(topic)
  })

  test('digests as FNV-1a does (its published value for "a")', () => {
    expect(topicOf(options.deliveryId, 'a')).toBe('d228cb696f1a8caf78912b704e4a8964')
  })

  test('of each delivery is its own and the same on every attempt', () => {
    expect(topicOf(options.deliveryId, undefined)).toBe(topicOf(options.deliveryId, undefined))
    expect(topicOf('01890a5d-ac96-8774-8cce-b302099a8058', undefined)).not.toBe(
      topicOf(options.deliveryId, undefined),
    )
  })
})

describe('size', () => {
  test('counts UTF-8 bytes of the plaintext', () => {
    const ascii = built({ body: 'aaaa' }).sizeBytes
    expect(built({ body: 'ääää' }).sizeBytes).toBe(ascii + 4)
    expect(built({ body: '👍' }).sizeBytes).toBe(ascii)
    expect(built({}).limitBytes).toBe(3993)
  })
})

describe('what cannot be built', () => {
  test('a silent message: browsers allow none', () => {
    expect(buildWebPushPayload({ ...plain, silent: true }, options)).toMatchObject({
      unbuildable: 'not_applicable',
    })
  })

  test('a message that is switched off for this platform', () => {
    expect(buildWebPushPayload({ ...plain, webpush: { enabled: false } }, options)).toMatchObject({
      unbuildable: 'not_applicable',
    })
  })

  test('a message without any text', () => {
    expect(buildWebPushPayload({ ...plain, title: undefined, body: '' }, options)).toMatchObject({
      unbuildable: 'render_error',
    })
  })
})
