import { type Device, type Sandbox, type Scenario, startSandbox } from '@carillon/sandbox'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSafeLookup } from '../../00-kernel/safe-target.ts'
import type { LaneOptions, Parcel, RenderedContent, VerdictClass } from '../channel.ts'
import { createMemoryShelf } from '../testing/memory-shelf.ts'
import { wnsChannel } from './index.ts'

let sandbox: Sandbox
let options: LaneOptions
const credential = () => sandbox.control.accounts().wns

beforeAll(async () => {
  sandbox = await startSandbox()
  options = {
    environment: 'production',
    now: Date.now,
    endpoints: {
      apns: '',
      apnsSandbox: '',
      fcm: '',
      fcmToken: null,
      wnsToken: sandbox.env.WNS_TOKEN_ENDPOINT ?? '',
      twilio: '',
    },
    ca: [sandbox.caPem],
    tokenShelf: createMemoryShelf(),
    safeLookup: createSafeLookup({ allowPrivate: sandbox.env.ALLOW_PRIVATE_TARGETS?.split(',') ?? [] }),
    timeoutMs: 5_000,
  }
})
afterAll(() => sandbox.close())
beforeEach(() => sandbox.control.clearPhones())
afterEach(() => sandbox.control.clearFaults())

function deviceOf(scenario: Scenario): Device {
  const app = credential().client_id
  const [device] = sandbox.control.createDevices({ platform: 'wns', app, scenario, name: scenario })
  if (!device) throw new Error('the sandbox made no device')
  return device
}

const addressOf = ({ token }: Device) => ({ token: token ?? '' })

const content: RenderedContent = {
  title: 'Grüße & more',
  body: 'Your order <17> is "on its way" 👍',
  image: 'https://example.com/i.png?a=1&b=2',
  actionUrl: 'https://example.com/orders/17',
  buttons: [{ id: 'track', title: 'Track' }],
  data: { order: '17' },
  silent: false,
}

let serial = 0
function parcelTo(device: Device, wns?: RenderedContent['wns']): Parcel {
  const deliveryId = `01890a5d-ac96-8774-8cce-${String(++serial).padStart(12, '0')}`
  const wire = wnsChannel.buildPayload(
    { ...content, wns },
    {
      deliveryId,
      ttlSeconds: 60,
      expiresAtSeconds: Math.floor(Date.now() / 1000) + 60,
      priority: 'high',
      collapseId: 'order:17',
    },
  )
  if ('unbuildable' in wire) throw new Error(wire.detail)
  return { deliveryId, address: addressOf(device), wire }
}

describe('through WNS', () => {
  test('a toast appears on the device with everything in it', async () => {
    await using lane = wnsChannel.openLane(credential(), options)
    const device = deviceOf('ok')
    const parcel = parcelTo(device)
    expect(await lane.send([parcel])).toMatchObject([{ class: 'accepted', providerId: expect.any(String) }])
    expect(sandbox.control.phone(device.id).notifications).toMatchObject([
      {
        delivery_id: parcel.deliveryId,
        title: content.title,
        body: content.body,
        image: content.image,
        buttons: [{ title: 'Track' }],
      },
    ])
  })

  test.each<[string, RenderedContent['wns'], object]>([
    ['tile', { type: 'tile' }, { title: content.title }],
    ['badge', { type: 'badge', badge: 7 }, { badge: 7 }],
    ['raw notification', { type: 'raw' }, { data: { title: content.title, data: { order: '17' } } }],
  ])('a %s is taken', async (_, wns, expected) => {
    await using lane = wnsChannel.openLane(credential(), options)
    const device = deviceOf('ok')
    expect(await lane.send([parcelTo(device, wns)])).toMatchObject([{ class: 'accepted' }])
    expect(sandbox.control.phone(device.id).notifications).toMatchObject([expected])
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
    await using lane = wnsChannel.openLane(credential(), options)
    const parcel = parcelTo(deviceOf(scenario))
    expect(await lane.send([parcel])).toMatchObject([{ class: first }])
    expect(await lane.send([parcel])).toMatchObject([{ class: second }])
  })

  test('a token that expired is renewed within the same send', async () => {
    sandbox.control.addFault({ provider: 'wns', fault: 'expired_provider_token', times: 1 })
    await using lane = wnsChannel.openLane(credential(), options)
    expect(await lane.send([parcelTo(deviceOf('ok'))])).toMatchObject([{ class: 'accepted' }])
  })

  test('a channel on loopback is not called unless the operator lists it', async () => {
    const safeLookup = createSafeLookup({ allowPrivate: [] })
    await using lane = wnsChannel.openLane(credential(), { ...options, safeLookup })
    sandbox.control.clearStats()
    expect(await lane.send([parcelTo(deviceOf('ok'))])).toMatchObject([{ class: 'target_refused' }])
    expect(sandbox.control.stats().wns.requests).toBe(0)
  })
})

describe('a test of the credential', () => {
  test('ends with a token of Entra without a subscription', async () => {
    expect(await wnsChannel.probe(credential(), options)).toMatchObject([
      { stage: 'authentication', ok: true, hint: expect.any(String) },
    ])
  })

  test('sends to the subscription', async () => {
    const device = deviceOf('ok')
    const stages = await wnsChannel.probe(credential(), options, addressOf(device))
    expect(stages.map(({ stage, ok }) => [stage, ok])).toEqual([
      ['authentication', true],
      ['send', true],
    ])
    expect(sandbox.control.phone(device.id).notifications).toHaveLength(1)
  })

  test('stops at a secret that Entra refuses, in the words of Entra', async () => {
    const wrong = { ...credential(), client_secret: 'wrong' }
    expect(await wnsChannel.probe(wrong, options, addressOf(deviceOf('ok')))).toMatchObject([
      {
        stage: 'authentication',
        ok: false,
        detail: expect.stringContaining('invalid_client'),
        hint: expect.stringContaining('secret'),
      },
    ])
  })

  test('says what went wrong at the device and what to do', async () => {
    const stages = await wnsChannel.probe(credential(), options, addressOf(deviceOf('unregistered')))
    expect(stages[1]).toMatchObject({ stage: 'send', ok: false, hint: expect.stringContaining('new one') })
  })
})

describe('an address', () => {
  test.each([
    ['https://db5p.notify.windows.com/?token=a', null],
    ['http://db5p.notify.windows.com/?token=a', expect.stringMatching(/\.$/)],
    ['abc', expect.stringMatching(/\.$/)],
  ])('%s', (token, expected) => {
    expect(wnsChannel.checkAddress({ token })).toEqual(expected)
  })
})
