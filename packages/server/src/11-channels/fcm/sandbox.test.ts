import { randomUUID } from 'node:crypto'
import { type Sandbox, type Scenario, startSandbox } from '@carillon/sandbox'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Parcel, RenderedContent, VerdictClass } from '../channel.ts'
import { delivery, rendered } from '../testing/lane-options.ts'
import { sandboxLaneOptions } from '../testing/sandbox-lane.ts'
import { fcmChannel } from './index.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())
afterEach(() => sandbox.control.clearFaults())

async function openLane() {
  const { credential } = await fcmChannel.parseCredential({ service_account: sandbox.control.accounts().fcm })
  return { credential, lane: fcmChannel.openLane(credential, sandboxLaneOptions(sandbox)) }
}

function mint(scenario: Scenario, count = 1): string[] {
  const app = sandbox.control.accounts().fcm.project_id
  const devices = sandbox.control.createDevices({ platform: 'fcm', app, scenario, count })
  return devices.map((device) => String(device.token))
}

function parcel(token: string, content: Partial<RenderedContent> = {}): Parcel {
  const deliveryId = randomUUID()
  const wire = fcmChannel.buildPayload(rendered(content), delivery({ deliveryId }))
  if ('unbuildable' in wire) throw new Error(wire.detail)
  return { deliveryId, address: { token }, wire }
}

test.each<[Scenario, VerdictClass, VerdictClass]>([
  ['ok', 'accepted', 'accepted'],
  ['unregistered', 'token_dead', 'token_dead'],
  ['bad_token', 'token_dead', 'token_dead'],
  ['wrong_app', 'token_wrong_context', 'token_wrong_context'],
  ['throttled', 'throttle_project', 'accepted'],
  ['throttled_always', 'throttle_project', 'throttle_project'],
  ['unavailable', 'retry', 'accepted'],
  ['unavailable_always', 'retry', 'retry'],
  ['reset', 'unknown_outcome', 'accepted'],
  ['message_bad', 'message_bad', 'message_bad'],
])('a device of scenario %s gives %s, and %s on the next attempt', async (scenario, first, second) => {
  const { lane } = await openLane()
  await using _ = lane
  const same = parcel(String(mint(scenario)[0]))
  expect((await lane.send([same]))[0]?.class).toBe(first)
  expect((await lane.send([same]))[0]?.class).toBe(second)
})

test('a GOAWAY costs no delivery', async () => {
  const { lane } = await openLane()
  await using _ = lane
  const parcels = [...mint('ok', 30), ...mint('goaway'), ...mint('ok', 30)].map((token) => parcel(token))
  const first = await lane.send(parcels)
  const second = await lane.send(parcels.filter((_parcel, i) => first[i]?.class !== 'accepted'))
  expect(second.every((verdict) => verdict.class === 'accepted')).toBe(true)
})

test('an access token that ran out early is replaced without a failure', async () => {
  const { lane } = await openLane()
  await using _ = lane
  sandbox.control.addFault({ provider: 'fcm', fault: 'expired_provider_token', times: 1 })
  expect((await lane.send([parcel(String(mint('ok')[0]))]))[0]?.class).toBe('accepted')
})

test.each<Partial<RenderedContent>>([
  { silent: true, data: { sync: 1 } },
  { fcm: { payload_mode: 'data' } },
  { fcm: { payload_mode: 'both', priority: 'normal', collapse_key: 'k', analytics_label: 'spring' } },
  { image: 'https://cdn.example/a.png', actionUrl: 'app://cart', buttons: [{ id: 'yes', title: 'Yes' }] },
  {
    fcm: {
      restricted_package_name: 'com.example',
      direct_boot_ok: true,
      channel_id: 'news',
      icon: 'bell',
      color: '#ff8800',
      sound: 'chime',
      tag: 't',
      click_action: 'OPEN',
      title_loc_key: 'K',
      title_loc_args: ['a'],
      body_loc_key: 'K',
      body_loc_args: ['a'],
      ticker: 't',
      sticky: true,
      local_only: true,
      notification_priority: 'high',
      visibility: 'private',
      notification_count: 3,
      vibrate_timings_seconds: [0.25, 1],
    },
  },
])('a strict FCM takes %j', async (content) => {
  const { lane } = await openLane()
  await using _ = lane
  expect(await lane.send([parcel(String(mint('ok')[0]), content)])).toEqual([
    expect.objectContaining({ class: 'accepted' }),
  ])
})

test('the delivery id arrives on the phone', async () => {
  const { lane } = await openLane()
  await using _ = lane
  const sent = parcel(String(mint('ok')[0]), { title: 'To the phone' })
  await lane.send([sent])
  const shown = sandbox.control.phones().flatMap(({ notifications }) => notifications)
  expect(shown.find(({ delivery_id }) => delivery_id === sent.deliveryId)).toMatchObject({
    title: 'To the phone',
  })
})

test('a test of the credential passes stage by stage, and only the last reaches the device', async () => {
  const { credential } = await openLane()
  const options = sandboxLaneOptions(sandbox)
  const withoutDevice = await fcmChannel.probe(credential, options)
  expect(withoutDevice.map(({ stage, ok }) => [stage, ok])).toEqual([
    ['credential', true],
    ['token', true],
    ['dry_run', true],
  ])
  sandbox.control.clearPhones()
  const withDevice = await fcmChannel.probe(credential, options, { token: String(mint('ok')[0]) })
  expect(withDevice.at(-1)).toEqual({ stage: 'send', ok: true, detail: 'FCM took the notification.' })
  expect(sandbox.control.phones().flatMap(({ notifications }) => notifications)).toHaveLength(1)
})

test('a test names the stage that fails, with a hint', async () => {
  const { credential } = await openLane()
  const options = sandboxLaneOptions(sandbox)
  const stranger = { ...credential, client_email: 'nobody@example.iam.gserviceaccount.com' }
  expect((await fcmChannel.probe(stranger, options)).at(-1)).toMatchObject({
    stage: 'token',
    ok: false,
    detail: expect.stringContaining('invalid_grant'),
  })
  const elsewhere = { ...credential, project_id: 'another-project' }
  expect((await fcmChannel.probe(elsewhere, options)).at(-1)).toMatchObject({ stage: 'dry_run', ok: false })
  const gone = await fcmChannel.probe(credential, options, { token: String(mint('unregistered')[0]) })
  expect(gone.at(-1)).toMatchObject({ ok: false, hint: expect.stringContaining('removed') })
})

test.each([
  ['abc:APA91b-_', null],
  ['two words', expect.stringContaining('without spaces')],
  ['', expect.stringContaining('without spaces')],
])('the address %j is judged %s', (token, expected) => {
  expect(fcmChannel.checkAddress({ token })).toEqual(expected)
})
