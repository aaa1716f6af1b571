import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Sandbox, smsNumberOf, startSandbox } from '@carillon/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LaneOptions, Parcel, WirePayload } from '../channel.ts'
import { delivery, rendered } from '../testing/lane-options.ts'
import { sandboxLaneOptions } from '../testing/sandbox-lane.ts'
import { buildSmsPayload } from './payload.ts'
import { probeSms } from './probe.ts'
import { openTwilioLane } from './twilio-lane.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

const appId = '0197a000-0000-7000-8000-000000000001'

function parcel(number: string, body = 'Hello', deliveryId = delivery().deliveryId): Parcel {
  const wire = buildSmsPayload(rendered({ body }), delivery()) as WirePayload
  return { deliveryId, address: { token: number }, wire }
}

function open(changes: Partial<LaneOptions> = {}) {
  return openTwilioLane(sandbox.control.accounts().twilio, {
    ...sandboxLaneOptions(sandbox),
    appId,
    ...changes,
  })
}

test('a text arrives as it was, with its sender and its segments', async () => {
  await using lane = open()
  const [verdict] = await lane.send([parcel('+4366012345678', `Grüße €${'x'.repeat(160)}`)])
  expect(verdict).toMatchObject({ class: 'accepted', status: 201, providerId: expect.stringMatching(/^SM/) })
  const [conversation] = sandbox.control.conversations()
  expect(conversation).toMatchObject({
    number: '+4366012345678',
    sender: '+15005550006',
    texts: [{ text: `Grüße €${'x'.repeat(160)}`, segments: 2, encoding: 'gsm7' }],
  })
})

test.each([
  ['invalid', 'token_dead', '21211'],
  ['landline', 'token_dead', '21614'],
  ['opted_out', 'opted_out', '21610'],
  ['region_off', 'message_bad', '21408'],
  ['message_bad', 'message_bad', '21617'],
  ['throttled', 'retry', '20429'],
  ['unavailable', 'retry', '20503'],
  ['queue_full', 'throttle_project', '21611'],
  ['reset', 'unknown_outcome', expect.any(String)],
] as const)('a number that is %s gives %s, and keeps nobody else waiting', async (scenario, expected, code) => {
  await using lane = open()
  const verdicts = await lane.send([
    parcel(smsNumberOf(scenario), scenario),
    parcel('+4366012345679', scenario),
  ])
  expect(verdicts).toMatchObject([{ class: expected, code }, { class: 'accepted' }])
})

test('what failed for a moment is accepted the next time', async () => {
  await using lane = open()
  const again = parcel(smsNumberOf('unavailable', 7))
  expect(await lane.send([again])).toMatchObject([{ class: 'retry' }])
  expect(await lane.send([again])).toMatchObject([{ class: 'accepted' }])
})

test('a wrong token is the credential’s fault', async () => {
  const wrong = { ...sandbox.control.accounts().twilio, auth_token: '0'.repeat(32) }
  await using lane = openTwilioLane(wrong, sandboxLaneOptions(sandbox))
  expect(await lane.send([parcel('+4366012345678')])).toMatchObject([{ class: 'auth_broken', code: '20003' }])
})

test('a server of somebody else is not spoken to', async () => {
  await using lane = open({ ca: [] })
  expect(await lane.send([parcel('+4366012345678')])).toMatchObject([{ class: 'retry', status: null }])
})

test('asks for reports where we can be reached, naming app and delivery', async () => {
  const called: string[] = []
  const receiver = createServer((request, response) => {
    called.push(request.url ?? '')
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const { port } = receiver.address() as AddressInfo
  await using lane = open({ callbackUrl: `http://127.0.0.1:${port}` })
  await lane.send([parcel('+4366012345670')])
  await expect.poll(() => called.length, { timeout: 10_000 }).toBe(2)
  expect(new Set(called)).toEqual(
    new Set([`/v1/feedback/sms/twilio/${appId}?delivery_id=${delivery().deliveryId}`]),
  )
  receiver.close()
})

test('a test of the credential signs in, and sends where there is a number', async () => {
  const { twilio } = sandbox.control.accounts()
  const options = sandboxLaneOptions(sandbox)
  const number = (token: string) => ({ token })
  expect(await probeSms(twilio, options)).toMatchObject([{ stage: 'authentication', ok: true }])
  expect(await probeSms(twilio, options, number('+4366012345671'))).toMatchObject([
    { ok: true },
    { stage: 'send', ok: true },
  ])
  expect(await probeSms(twilio, options, number(smsNumberOf('landline')))).toMatchObject([
    { ok: true },
    { stage: 'send', ok: false, detail: expect.stringContaining('21614'), hint: expect.any(String) },
  ])
  expect(await probeSms({ ...twilio, auth_token: '1'.repeat(32) }, options)).toMatchObject([
    { stage: 'authentication', ok: false, hint: expect.any(String) },
  ])
})
