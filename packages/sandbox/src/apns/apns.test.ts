import { once } from 'node:events'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../index.ts'
import { startSandbox } from '../index.ts'
import type { ApnsSender } from '../testing/apns-sender.ts'
import { ALERT, openApns, withoutAbsent } from '../testing/apns-sender.ts'
import { openHttp2, push } from '../testing/http-clients.ts'
import type { Scenario } from '../words.ts'

const BUNDLE = 'com.example.carillon'
const UUID = '8f14e45f-ceea-4e7b-8c2d-000000000001'

let sandbox: Sandbox
let sender: ApnsSender
const tokenOf = (scenario: Scenario = 'ok', more = {}) =>
  sandbox.control.createDevices({ platform: 'apns', scenario, ...more })[0]?.token ?? ''

beforeAll(async () => {
  sandbox = await startSandbox()
  sender = await openApns(sandbox)
})
afterAll(async () => {
  sender.close()
  await sandbox.close()
})

describe('an accepted push', () => {
  it('is answered 200 with its own apns-id and reaches the phone', async () => {
    const token = tokenOf('ok', { name: 'Ada' })
    const body = {
      aps: { alert: { title: 'Hello', body: 'Ada' }, badge: 3, sound: 'bell.caf' },
      carillon: {
        delivery_id: 'd1',
        image: 'https://example.com/a.png',
        buttons: [{ id: 'yes', title: 'Yes' }],
      },
      order: '42',
    }
    const answer = await sender.send(token, { 'apns-id': UUID, 'apns-priority': 10 }, JSON.stringify(body))
    expect([answer.status, answer.headers['apns-id'], answer.text]).toEqual([200, UUID, ''])
    const phone = sandbox.control.phones().find(({ name }) => name === 'Ada')
    expect(phone).toMatchObject({ platform: 'apns', app: BUNDLE })
    expect(phone?.notifications).toMatchObject([
      {
        title: 'Hello',
        body: 'Ada',
        badge: 3,
        sound: 'bell.caf',
        image: 'https://example.com/a.png',
        buttons: [{ id: 'yes', title: 'Yes' }],
        data: { order: '42' },
        delivery_id: 'd1',
        raw: body,
        headers: { 'apns-id': UUID, 'apns-topic': BUNDLE },
      },
    ])
    expect(JSON.stringify(phone)).not.toContain('bearer')
  })

  it('gets an apns-id where it has none, and an apns-unique-id in the sandbox environment only', async () => {
    expect((await sender.send(tokenOf())).headers['apns-id']).toMatch(/^[0-9a-f-]{36}$/)
    const development = await openApns(sandbox, {
      authorization: sender.authorization,
      environment: 'sandbox',
    })
    const answer = await development.send(tokenOf('ok', { environment: 'sandbox' }))
    expect(answer.headers['apns-unique-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect((await sender.send(tokenOf())).headers['apns-unique-id']).toBeUndefined()
    development.close()
  })
})

describe('a wrong request is refused with the reason Apple gives', () => {
  const background = { 'apns-push-type': 'background', 'apns-priority': 5 }
  const silent = JSON.stringify({ aps: { 'content-available': 1 } })
  const activity = {
    'apns-push-type': 'liveactivity',
    'apns-topic': `${BUNDLE}.push-type.liveactivity`,
  }
  const update = { timestamp: 1, event: 'update', 'content-state': { score: 1 } }
  const large = (bytes: number) => JSON.stringify({ aps: { alert: '' }, x: 'y'.repeat(bytes - 27) })

  it.each<[string, number, Record<string, unknown>, (string | Buffer)?]>([
    ['BadPath', 404, { ':path': '/4/device/ab' }],
    ['MethodNotAllowed', 405, { ':method': 'PUT' }],
    ['MissingDeviceToken', 400, { ':path': '/3/device/' }],
    ['BadDeviceToken', 400, { ':path': `/3/device/${'ab'.repeat(32)}` }],
    ['BadDeviceToken', 400, { ':path': '/3/device/xyz' }],
    ['MissingProviderToken', 403, { authorization: undefined }],
    ['InvalidProviderToken', 403, { authorization: 'bearer a.b.c' }],
    ['InvalidProviderToken', 403, { authorization: 'basic abc' }],
    ['DuplicateHeaders', 400, { 'apns-collapse-id': ['a', 'b'] }],
    ['BadMessageId', 400, { 'apns-id': UUID.toUpperCase() }],
    ['BadMessageId', 400, { 'apns-id': '42' }],
    ['InvalidPushType', 400, { 'apns-push-type': undefined }],
    ['InvalidPushType', 400, { 'apns-push-type': 'shout' }],
    ['InvalidPushType', 400, { 'apns-push-type': 'constructor' }],
    ['InvalidPushType', 400, background, ALERT],
    ['InvalidPushType', 400, {}, silent],
    ['InvalidPushType', 400, activity, ALERT],
    ['BadPriority', 400, { 'apns-push-type': 'background' }, silent],
    ['BadPriority', 400, { 'apns-push-type': 'background', 'apns-priority': 10 }, silent],
    ['BadPriority', 400, { 'apns-priority': 7 }],
    ['BadPriority', 400, { 'apns-priority': 'high' }],
    ['BadExpirationDate', 400, { 'apns-expiration': 'tomorrow' }],
    ['BadExpirationDate', 400, { 'apns-expiration': 1.5 }],
    ['BadCollapseId', 400, { 'apns-collapse-id': 'c'.repeat(65) }],
    ['MissingTopic', 400, { 'apns-topic': undefined }],
    ['BadTopic', 400, { 'apns-topic': 'no topic' }],
    ['BadTopic', 400, { 'apns-push-type': 'voip' }],
    ['TopicDisallowed', 400, { 'apns-topic': 'com.stranger.app' }],
    ['PayloadEmpty', 400, {}, ''],
    ['PayloadTooLarge', 413, {}, large(4097)],
    ['BadRequestPayload', 400, {}, '{'],
    ['BadRequestPayload', 400, {}, '[]'],
    ['BadRequestPayload', 400, {}, '{"alert":"x"}'],
  ])('%s %i: %j', async (reason, status, headers, body) => {
    const answer = await sender.send(tokenOf(), headers as Record<string, string>, body)
    expect([answer.status, answer.json()]).toEqual([status, { reason }])
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['4096 bytes', {}, large(4096)],
    [
      'a 64 byte collapse id and an expiration',
      { 'apns-collapse-id': 'c'.repeat(64), 'apns-expiration': 0 },
      ALERT,
    ],
    ['a background push at priority 5', background, silent],
    ['a voip push of 5120 bytes', { 'apns-push-type': 'voip', 'apns-topic': `${BUNDLE}.voip` }, large(5120)],
    ['a Live Activity update', activity, JSON.stringify({ aps: update })],
  ])('but not %s', async (_, headers, body) => {
    expect((await sender.send(tokenOf(), headers as Record<string, string>, body)).status).toBe(200)
  })

  it('a voip payload of 5121 bytes is too large', async () => {
    const headers = { 'apns-push-type': 'voip', 'apns-topic': `${BUNDLE}.voip` }
    expect((await sender.send(tokenOf(), headers, large(5121))).json()).toEqual({ reason: 'PayloadTooLarge' })
  })

  it('a token of another app of the team is not for this topic', async () => {
    const token = tokenOf('ok', { app: 'com.example.other' })
    expect((await sender.send(token)).json()).toEqual({ reason: 'DeviceTokenNotForTopic' })
    expect((await sender.send(token, { 'apns-topic': 'com.example.other' })).status).toBe(200)
  })

  it('a token of the sandbox environment is bad in production', async () => {
    const token = tokenOf('ok', { environment: 'sandbox' })
    expect((await sender.send(token)).json()).toEqual({ reason: 'BadDeviceToken' })
  })

  it('an upper-case token is bad', async () => {
    expect((await sender.send(tokenOf().toUpperCase())).json()).toEqual({ reason: 'BadDeviceToken' })
  })

  it('counts every refusal under its reason', async () => {
    sandbox.control.clearStats()
    await sender.send(tokenOf(), {}, '')
    await sender.send(tokenOf())
    expect(sandbox.control.stats().apns).toMatchObject({
      requests: 2,
      accepted: 1,
      refused: { PayloadEmpty: 1 },
    })
  })

  it('a client that does not speak HTTP/2 is turned away in the handshake', async () => {
    const port = Number(new URL(sandbox.env.APNS_ENDPOINT ?? '').port)
    const socket = connectTls({ host: 'localhost', port, ca: sandbox.caPem, ALPNProtocols: ['http/1.1'] })
    const [error] = await once(socket, 'error')
    expect(error.code).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
  })
})

describe('a device behaves as its scenario says', () => {
  it.each<[Scenario, number, Record<string, unknown>]>([
    ['bad_token', 400, { reason: 'BadDeviceToken' }],
    ['wrong_environment', 400, { reason: 'BadDeviceToken' }],
    ['wrong_app', 400, { reason: 'DeviceTokenNotForTopic' }],
    ['throttled_always', 429, { reason: 'TooManyRequests' }],
    ['unavailable_always', 503, { reason: 'ServiceUnavailable' }],
    ['message_bad', 413, { reason: 'PayloadTooLarge' }],
  ])('%s: %i', async (scenario, status, body) => {
    const token = tokenOf(scenario)
    for (const _ of ['first', 'second']) {
      const answer = await sender.send(token)
      expect([answer.status, answer.json()]).toEqual([status, body])
    }
  })

  it('unregistered: 410 with the time of death in milliseconds', async () => {
    const answer = await sender.send(tokenOf('unregistered', { invalid_since: '2026-01-02T03:04:05.678Z' }))
    expect([answer.status, answer.json()]).toEqual([
      410,
      { reason: 'Unregistered', timestamp: 1767323045678 },
    ])
  })

  it('throttled and unavailable: only the first attempt of a delivery fails', async () => {
    const [throttled, unavailable] = [tokenOf('throttled'), tokenOf('unavailable')]
    const first = await sender.send(throttled, { 'apns-id': UUID })
    expect([first.status, first.headers['retry-after']]).toEqual([429, '1'])
    expect((await sender.send(throttled, { 'apns-id': UUID })).status).toBe(200)
    expect((await sender.send(throttled, { 'apns-id': UUID.replace('1', '2') })).status).toBe(429)
    expect((await sender.send(unavailable)).status).toBe(503)
    expect((await sender.send(unavailable)).status).toBe(200)
  })

  it('reset: the first attempt is cut after the request was read', async () => {
    const token = tokenOf('reset')
    await expect(sender.send(token)).rejects.toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' })
    expect((await sender.send(token)).status).toBe(200)
  })

  it('slow: the answer comes late, the push at once', async () => {
    sandbox.control.clearPhones()
    const answer = sender.send(tokenOf('slow', { slow_ms: 300, name: 'Slow' }))
    const started = performance.now()
    expect((await answer).status).toBe(200)
    expect(performance.now() - started).toBeGreaterThan(250)
    expect(sandbox.control.phones().find(({ name }) => name === 'Slow')?.notifications).toHaveLength(1)
  })

  it('goaway: every push is either answered or declared unprocessed, and none is accepted twice', async () => {
    sandbox.control.clearStats()
    sandbox.control.record(true)
    const session = await openHttp2(sandbox.env.APNS_ENDPOINT ?? '', sandbox.caPem)
    const goaway = once(session, 'goaway')
    const fellows = sandbox.control.createDevices({ platform: 'apns', count: 20 })
    const tokens = fellows.map(({ token = '' }) => token).toSpliced(10, 0, tokenOf('goaway'))
    const pushTo = (token: string, index: number) =>
      push(
        session,
        {
          ':path': `/3/device/${token}`,
          authorization: sender.authorization,
          'apns-topic': BUNDLE,
          'apns-push-type': 'alert',
        },
        JSON.stringify({ aps: { alert: 'x' }, carillon: { delivery_id: `g${index}` } }),
      ).then(
        ({ status }) => status,
        (error: Error) => error.message,
      )
    const outcomes = await Promise.all(tokens.map(pushTo))
    const [, lastStreamId, data] = await goaway
    expect(JSON.parse(String(data))).toEqual({ reason: 'Shutdown' })
    expect(lastStreamId).toBe(19)
    expect(outcomes.slice(0, 10)).toEqual(new Array(10).fill(200))
    for (const outcome of outcomes.slice(10)) expect(outcome).toMatch(/REFUSED_STREAM/)
    expect(Object.keys(sandbox.control.deliveries('apns'))).toHaveLength(10)
    sandbox.control.record(false)
  })
})

describe('a client certificate', () => {
  const usual = { 'apns-topic': BUNDLE, 'apns-push-type': 'alert' }
  const openCertified = () => {
    const { certificate, passphrase } = sandbox.control.accounts().apns_certificate
    const pfx = Buffer.from(certificate, 'base64')
    return openHttp2(sandbox.env.APNS_ENDPOINT ?? '', sandbox.caPem, { pfx, passphrase })
  }

  it('sends to its topics without a provider token, and to no other', async () => {
    const session = await openCertified()
    const send = (headers: Record<string, string | undefined>) =>
      push(session, withoutAbsent({ ':path': `/3/device/${tokenOf()}`, ...usual, ...headers }), ALERT)
    expect((await send({})).status).toBe(200)
    expect((await send({ 'apns-topic': 'com.example.other' })).json()).toEqual({ reason: 'TopicDisallowed' })
    expect((await send({ 'apns-topic': undefined })).json()).toEqual({ reason: 'MissingTopic' })
    session.close()
  })

  it('of another authority is refused', async () => {
    await using stranger = await startSandbox()
    const { certificate, passphrase } = stranger.control.accounts().apns_certificate
    const session = await openHttp2(sandbox.env.APNS_ENDPOINT ?? '', sandbox.caPem, {
      pfx: Buffer.from(certificate, 'base64'),
      passphrase,
    })
    const answer = await push(session, { ':path': `/3/device/${tokenOf()}`, ...usual }, ALERT)
    expect([answer.status, answer.json()]).toEqual([403, { reason: 'BadCertificate' }])
    session.close()
  })
})
