import { type Device, type Sandbox, type Scenario, startSandbox } from '@carillon/sandbox'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSafeLookup } from '../../00-kernel/safe-target.ts'
import type { LaneOptions, Parcel, RenderedContent, VerdictClass } from '../channel.ts'
import { createMemoryShelf } from '../testing/memory-shelf.ts'
import type { VapidCredential } from './credential.ts'
import { webpushChannel } from './index.ts'
import { createBrowser } from './testing/browser.ts'

let sandbox: Sandbox
let credential: VapidCredential
let options: LaneOptions

beforeAll(async () => {
  sandbox = await startSandbox()
  credential = (await webpushChannel.parseCredential({ subject: 'mailto:push@example.com' })).credential
  options = {
    environment: 'production',
    now: Date.now,
    endpoints: { apns: '', apnsSandbox: '', fcm: '', fcmToken: null, wnsToken: '', twilio: '' },
    ca: [sandbox.caPem],
    tokenShelf: createMemoryShelf(),
    safeLookup: createSafeLookup({ allowPrivate: sandbox.env.ALLOW_PRIVATE_TARGETS?.split(',') ?? [] }),
    timeoutMs: 5_000,
  }
})
afterAll(() => sandbox.close())
beforeEach(() => sandbox.control.clearPhones())

function deviceOf(scenario: Scenario, app = credential.public_key): Device {
  const [device] = sandbox.control.createDevices({ platform: 'webpush', app, scenario, name: scenario })
  if (!device) throw new Error('the sandbox made no device')
  return device
}

const addressOf = ({ endpoint, keys }: Device) => ({ token: endpoint ?? '', keys })

const content: RenderedContent = {
  title: 'Grüße',
  body: 'Your order <17> is on its way 👍',
  image: 'https://example.com/i.png',
  actionUrl: 'https://example.com/orders/17',
  buttons: [{ id: 'track', title: 'Track', url: 'https://example.com/track' }],
  data: { order: '17' },
  silent: false,
}

let serial = 0
function parcelTo(device: Device): Parcel {
  const deliveryId = `01890a5d-ac96-8774-8cce-${String(++serial).padStart(12, '0')}`
  const wire = webpushChannel.buildPayload(content, {
    deliveryId,
    ttlSeconds: 60,
    expiresAtSeconds: Math.floor(Date.now() / 1000) + 60,
    priority: 'high',
  })
  if ('unbuildable' in wire) throw new Error(wire.detail)
  return { deliveryId, address: addressOf(device), wire }
}

describe('through a push service', () => {
  test('a notification appears on the device with everything in it', async () => {
    await using lane = webpushChannel.openLane(credential, options)
    const device = deviceOf('ok')
    const parcel = parcelTo(device)
    const [verdict] = await lane.send([parcel])
    expect(verdict).toMatchObject({
      class: 'accepted',
      status: 201,
      providerId: expect.stringMatching(/^https:/),
    })
    expect(sandbox.control.phone(device.id).notifications).toMatchObject([
      {
        delivery_id: parcel.deliveryId,
        title: content.title,
        body: content.body,
        image: content.image,
        data: content.data,
        headers: { ttl: '60', urgency: 'high', topic: parcel.deliveryId.replaceAll('-', '') },
      },
    ])
  })

  test.each<[Scenario, VerdictClass, VerdictClass]>([
    ['ok', 'accepted', 'accepted'],
    ['unregistered', 'token_dead', 'token_dead'],
    ['bad_token', 'token_dead', 'token_dead'],
    ['wrong_app', 'token_wrong_context', 'token_wrong_context'],
    ['throttled', 'throttle_target', 'accepted'],
    ['throttled_always', 'throttle_target', 'throttle_target'],
    ['unavailable', 'retry', 'accepted'],
    ['unavailable_always', 'retry', 'retry'],
    ['reset', 'unknown_outcome', 'accepted'],
    ['message_bad', 'message_bad', 'message_bad'],
  ])('a device that is %s gives %s, and %s on the second attempt', async (scenario, first, second) => {
    await using lane = webpushChannel.openLane(credential, options)
    const parcel = parcelTo(deviceOf(scenario))
    expect(await lane.send([parcel])).toMatchObject([{ class: first }])
    expect(await lane.send([parcel])).toMatchObject([{ class: second }])
  })

  test('500 messages are each decrypted by their own device', async () => {
    await using lane = webpushChannel.openLane(credential, options)
    const devices = sandbox.control.createDevices({
      platform: 'webpush',
      app: credential.public_key,
      count: 500,
    })
    const verdicts = await lane.send(devices.map(parcelTo))
    expect(verdicts.every((verdict) => verdict.class === 'accepted')).toBe(true)
  })

  test('a device that subscribed under another key is the wrong context, at the first message', async () => {
    await using lane = webpushChannel.openLane(credential, options)
    const other = await webpushChannel.parseCredential({ subject: 'mailto:push@example.com' })
    const verdicts = await lane.send([parcelTo(deviceOf('ok', other.credential.public_key))])
    expect(verdicts).toMatchObject([{ class: 'token_wrong_context', code: 'VapidPkHashMismatch' }])
  })

  test('an endpoint on loopback is not called unless the operator lists it', async () => {
    sandbox.control.clearStats()
    const safeLookup = createSafeLookup({ allowPrivate: [] })
    await using lane = webpushChannel.openLane(credential, { ...options, safeLookup })
    expect(await lane.send([parcelTo(deviceOf('ok'))])).toMatchObject([{ class: 'target_refused' }])
    expect(sandbox.control.stats().webpush).toMatchObject({ requests: 0, connections: 0 })
  })
})

describe('a test of the credential', () => {
  test('ends at our own keys without a subscription', async () => {
    const stages = await webpushChannel.probe(credential, options)
    expect(stages).toMatchObject([{ stage: 'credential', ok: true, hint: expect.any(String) }])
  })

  test('sends to the subscription', async () => {
    const device = deviceOf('ok')
    const stages = await webpushChannel.probe(credential, options, addressOf(device))
    expect(stages.map(({ stage, ok }) => [stage, ok])).toEqual([
      ['credential', true],
      ['send', true],
    ])
    expect(sandbox.control.phone(device.id).notifications).toHaveLength(1)
  })

  test('says what went wrong and what to do', async () => {
    const stages = await webpushChannel.probe(credential, options, addressOf(deviceOf('unregistered')))
    expect(stages[1]).toMatchObject({
      stage: 'send',
      ok: false,
      detail: expect.stringContaining('410'),
      hint: expect.stringContaining('subscribe again'),
    })
  })
})

describe('an address', () => {
  const { keys } = createBrowser()

  test('that a browser gave is taken', () => {
    expect(webpushChannel.checkAddress({ token: 'https://fcm.googleapis.com/fcm/send/x', keys })).toBeNull()
  })

  test.each([
    ['over plain http', { token: 'http://fcm.googleapis.com/x', keys }],
    ['that is no URL', { token: 'abc', keys }],
    ['without keys', { token: 'https://fcm.googleapis.com/x' }],
    ['with keys that are none', { token: 'https://fcm.googleapis.com/x', keys: { p256dh: 'x', auth: 'y' } }],
  ])('%s is refused with a sentence', (_, address) => {
    expect(webpushChannel.checkAddress(address)).toMatch(/\.$/)
  })
})
