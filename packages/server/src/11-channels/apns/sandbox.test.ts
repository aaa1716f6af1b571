import { randomUUID } from 'node:crypto'
import type { Environment } from '@carillon/contract'
import { type Sandbox, type Scenario, startSandbox } from '@carillon/sandbox'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Parcel, RenderedContent, VerdictClass } from '../channel.ts'
import { delivery, rendered } from '../testing/lane-options.ts'
import { sandboxLaneOptions } from '../testing/sandbox-lane.ts'
import { apnsChannel } from './index.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())
afterEach(() => sandbox.control.clearFaults())

async function openLane(kind: 'apns' | 'apns_certificate' = 'apns', environment: Environment = 'production') {
  const auth = kind === 'apns' ? 'token' : 'certificate'
  const entered = { auth, ...sandbox.control.accounts()[kind], environment }
  const { credential } = await apnsChannel.parseCredential(entered)
  return { credential, lane: apnsChannel.openLane(credential, sandboxLaneOptions(sandbox, environment)) }
}

function mint(scenario: Scenario, count = 1, environment: Environment = 'production'): string[] {
  const app = sandbox.control.accounts().apns.bundle_id
  const devices = sandbox.control.createDevices({ platform: 'apns', app, environment, scenario, count })
  return devices.map((device) => String(device.token))
}

function parcel(token: string, content: Partial<RenderedContent> = {}): Parcel {
  const deliveryId = randomUUID()
  const expiresAtSeconds = Math.floor(Date.now() / 1000) + 3600
  const wire = apnsChannel.buildPayload(rendered(content), delivery({ deliveryId, expiresAtSeconds }))
  if ('unbuildable' in wire) throw new Error(wire.detail)
  return { deliveryId, address: { token }, wire }
}

test.each<[Scenario, VerdictClass, VerdictClass]>([
  ['ok', 'accepted', 'accepted'],
  ['unregistered', 'token_dead', 'token_dead'],
  ['bad_token', 'token_wrong_context', 'token_wrong_context'],
  ['wrong_environment', 'token_wrong_context', 'token_wrong_context'],
  ['wrong_app', 'token_wrong_context', 'token_wrong_context'],
  ['throttled', 'throttle_target', 'accepted'],
  ['throttled_always', 'throttle_target', 'throttle_target'],
  ['unavailable', 'retry', 'accepted'],
  ['unavailable_always', 'retry', 'retry'],
  ['reset', 'unknown_outcome', 'accepted'],
  ['message_bad', 'message_bad', 'message_bad'],
])('a device of scenario %s gives %s, and %s on the next attempt', async (scenario, first, second) => {
  const { lane } = await openLane()
  await using _ = lane
  const [token] = mint(scenario)
  const same = parcel(String(token))
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

test.each<Partial<RenderedContent>>([
  { silent: true, data: { sync: 1 } },
  { image: 'https://cdn.example/a.png', actionUrl: 'app://cart', buttons: [{ id: 'yes', title: 'Yes' }] },
  { apns: { push_type: 'voip' } },
  { apns: { live_activity: { event: 'update', timestamp: 1_900_000_000, 'content-state': { score: 1 } } } },
  { apns: { push_type: 'location' } },
  { apns: { push_type: 'complication' } },
  { apns: { push_type: 'fileprovider' } },
  { apns: { push_type: 'pushtotalk' } },
  { apns: { push_type: 'widgets' } },
  { apns: { push_type: 'controls' } },
  { apns: { collapse_id: 'prix-é', priority: 1, sound: { name: 'a', critical: true, volume: 1 } } },
])('a strict APNs takes %j', async (content) => {
  const { lane } = await openLane()
  await using _ = lane
  const [token] = mint('ok')
  expect(await lane.send([parcel(String(token), content)])).toEqual([
    expect.objectContaining({ class: 'accepted' }),
  ])
})

test('a certificate sends without a token', async () => {
  const { lane, credential } = await openLane('apns_certificate')
  await using _ = lane
  expect(credential.auth).toBe('certificate')
  const [token] = mint('ok')
  expect(await lane.send([parcel(String(token))])).toEqual([expect.objectContaining({ class: 'accepted' })])
})

test('the delivery id arrives on the phone', async () => {
  const { lane } = await openLane('apns', 'sandbox')
  await using _ = lane
  const [token] = mint('ok', 1, 'sandbox')
  const sent = parcel(String(token), { title: 'To the phone' })
  await lane.send([sent])
  const shown = sandbox.control.phones().flatMap(({ notifications }) => notifications)
  expect(shown.find(({ delivery_id }) => delivery_id === sent.deliveryId)).toMatchObject({
    title: 'To the phone',
  })
})

test('a test of the credential passes stage by stage, up to a device', async () => {
  const { credential } = await openLane()
  const options = sandboxLaneOptions(sandbox)
  const [token] = mint('ok')
  const stages = await apnsChannel.probe(credential, options, { token: String(token) })
  expect(stages.map(({ stage, ok }) => [stage, ok])).toEqual([
    ['credential', true],
    ['authentication', true],
    ['send', true],
  ])
  const [, , gone] = await apnsChannel.probe(credential, options, { token: String(mint('unregistered')[0]) })
  expect(gone).toMatchObject({ stage: 'send', ok: false, hint: expect.stringContaining('removed') })
})

test('a test of a key that Apple does not know stops at authentication with a hint', async () => {
  const { credential } = await openLane()
  const unknown = { ...credential, key_id: 'UNKNOWNKEY' }
  const stages = await apnsChannel.probe(unknown, sandboxLaneOptions(sandbox), { token: 'ab' })
  expect(stages).toHaveLength(2)
  expect(stages[1]).toMatchObject({
    stage: 'authentication',
    ok: false,
    hint: expect.stringContaining('key id'),
  })
})

test.each([
  ['ab01', null],
  ['AB01', null],
  ['abc', expect.stringContaining('hexadecimal')],
  ['', expect.stringContaining('hexadecimal')],
  ['zz', expect.stringContaining('hexadecimal')],
])('the address %j is judged %s', (token, expected) => {
  expect(apnsChannel.checkAddress({ token })).toEqual(expected)
})
