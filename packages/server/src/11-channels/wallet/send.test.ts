import { type Sandbox, startSandbox } from '@carillon/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMemoryPasses } from '../testing/memory-passes.ts'
import { sandboxLaneOptions } from '../testing/sandbox-lane.ts'
import { parseWalletCredential, type WalletKeys } from './credential.ts'
import { walletVerdict } from './outcome.ts'
import { openWalletLane } from './send.ts'

let sandbox: Sandbox
let keys: WalletKeys
beforeAll(async () => {
  sandbox = await startSandbox()
  keys = (await parseWalletCredential(sandbox.control.accounts().wallet)).credential
})
afterAll(() => sandbox?.close())

const app = 'pass.com.example.carillon'
const devicesOf = (count: number, scenario: 'ok' | 'unregistered' | 'unavailable' | 'bad_token' = 'ok') =>
  sandbox.control
    .createDevices({ platform: 'apns', app, scenario, count })
    .map(({ token }) => ({ pushToken: String(token) }))

const parcel = (serial: string) => ({
  deliveryId: crypto.randomUUID(),
  address: { token: serial },
  wire: { headers: {}, body: `{"serial":"${serial}"}`, sizeBytes: 1, limitBytes: 1 },
})

async function send(devices: Record<string, { pushToken: string }[]>) {
  const passes = createMemoryPasses(devices)
  await using lane = openWalletLane(keys, { ...sandboxLaneOptions(sandbox), passShelf: passes })
  const verdicts = await lane.send(Object.keys(devices).map(parcel))
  return { verdicts, passes }
}

test('stores every pass, and pushes an empty object to each device that holds one', async () => {
  const before = sandbox.control.stats().apns.accepted
  const { verdicts, passes } = await send({ one: devicesOf(2), none: [], other: devicesOf(1) })
  expect(verdicts.map((verdict) => [verdict.class, verdict.status])).toEqual([
    ['accepted', 200],
    ['accepted', null],
    ['accepted', 200],
  ])
  expect([...passes.contents.keys()]).toEqual(['one', 'none', 'other'])
  expect(sandbox.control.stats().apns.accepted - before).toBe(3)
})

test('a dead device is forgotten and decides nothing; one that may come back does', async () => {
  const { verdicts, passes } = await send({
    dead: devicesOf(1, 'unregistered'),
    half: [...devicesOf(1, 'unregistered'), ...devicesOf(1)],
    later: [...devicesOf(1), ...devicesOf(1, 'unavailable')],
    strange: devicesOf(1, 'bad_token'),
  })
  expect(verdicts.map((verdict) => verdict.class)).toEqual(['accepted', 'accepted', 'retry', 'accepted'])
  expect(passes.devices).toMatchObject({ dead: [], half: [{}], later: [{}, {}], strange: [{}] })
})

test('so many dead devices that it must be a mistake are all kept', async () => {
  const devices = devicesOf(60, 'unregistered')
  const { verdicts, passes } = await send({ many: devices })
  expect(verdicts[0]?.class).toBe('accepted')
  expect(passes.devices.many).toHaveLength(60)
})

test('a certificate that Apple refuses breaks the lane, whatever its other devices say', () => {
  const answer = (status: number, reason: string) => ({
    status,
    headers: {},
    body: JSON.stringify({ reason }),
  })
  const { verdict } = walletVerdict(
    [answer(200, ''), answer(503, 'ServiceUnavailable'), answer(403, 'BadCertificate')],
    0,
  )
  expect(verdict).toMatchObject({ class: 'auth_broken', code: 'BadCertificate' })
})

test('a push that is wrong for everybody is seen', () => {
  const { verdict } = walletVerdict([{ status: 413, headers: {}, body: '{"reason":"PayloadTooLarge"}' }], 0)
  expect(verdict.class).toBe('message_bad')
})
