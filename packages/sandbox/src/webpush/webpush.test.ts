import { importJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import webpush from 'web-push'
import type { Device, Sandbox } from '../index.ts'
import { startSandbox } from '../index.ts'
import { callHttp1, openHttp2, push } from '../testing/http-clients.ts'
import type { Scenario } from '../words.ts'

const vapid = webpush.generateVAPIDKeys()
const stranger = webpush.generateVAPIDKeys()
const MESSAGE = JSON.stringify({ title: 'Hello', body: 'Web', delivery_id: 'd1' })

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

const deviceOf = (scenario: Scenario = 'ok', more = {}) =>
  sandbox.control.createDevices({ platform: 'webpush', app: vapid.publicKey, scenario, ...more })[0] as Device

/** A push as the web-push library makes it, with headers or body changed as asked. */
async function send(
  device: Device,
  {
    headers = {},
    body,
    text = MESSAGE,
    keys = vapid,
    subject = 'mailto:ops@example.com',
  }: {
    headers?: Record<string, string | undefined>
    body?: Buffer
    text?: string
    keys?: { publicKey: string; privateKey: string }
    subject?: string
  } = {},
) {
  const subscription = { endpoint: device.endpoint ?? '', keys: device.keys ?? { p256dh: '', auth: '' } }
  const details = webpush.generateRequestDetails(subscription, text, {
    vapidDetails: { subject, ...keys },
    TTL: 60,
    contentEncoding: 'aes128gcm',
  })
  const merged = Object.entries({ ...details.headers, ...headers }).filter(([, value]) => value !== undefined)
  const content = body ?? details.body
  const sized = { ...Object.fromEntries(merged), 'Content-Length': content.length }
  return callHttp1(details.endpoint, sandbox.caPem, { headers: sized, body: content })
}

/** The vapid header with another JWT in it. */
async function vapidHeader(claims: Record<string, unknown>) {
  const point = Buffer.from(vapid.publicKey, 'base64url')
  const coordinate = (from: number) => point.subarray(from, from + 32).toString('base64url')
  const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33), d: vapid.privateKey }
  const jwt = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
    .sign(await importJWK(jwk, 'ES256'))
  return `vapid t=${jwt}, k=${vapid.publicKey}`
}

describe('an accepted push', () => {
  it('is decrypted, reaches the phone and is answered 201 with its address', async () => {
    const device = deviceOf('ok', { name: 'Linus' })
    const text = JSON.stringify({
      title: 'Hello',
      body: 'Linus',
      icon: '/i.png',
      actions: [{ action: 'yes', title: 'Yes' }],
      data: { order: 42 },
      delivery_id: 'd1',
    })
    const answer = await send(device, { text, headers: { Urgency: 'high', Topic: 'd1' } })
    expect(answer.status).toBe(201)
    expect(answer.headers.location).toMatch(/^https:\/\/localhost:\d+\/m\/[\w-]+$/)
    expect(sandbox.control.phone(device.id)).toMatchObject({
      name: 'Linus',
      app: vapid.publicKey,
      notifications: [
        {
          title: 'Hello',
          body: 'Linus',
          icon: '/i.png',
          buttons: [{ id: 'yes', title: 'Yes' }],
          data: { order: 42 },
          delivery_id: 'd1',
          headers: { urgency: 'high', topic: 'd1' },
        },
      ],
    })
  })

  it('may be empty, may be plain text, and may come over HTTP/2', async () => {
    expect((await send(deviceOf(), { body: Buffer.alloc(0) })).status).toBe(201)
    const plain = deviceOf()
    expect((await send(plain, { text: 'just text' })).status).toBe(201)
    expect(sandbox.control.phone(plain.id).notifications[0]?.body).toBe('just text')
    const { endpoint, keys } = deviceOf()
    const details = webpush.generateRequestDetails(
      { endpoint: endpoint ?? '', keys: keys ?? { p256dh: '', auth: '' } },
      MESSAGE,
      { vapidDetails: { subject: 'https://example.com', ...vapid }, contentEncoding: 'aes128gcm' },
    )
    const { origin, pathname } = new URL(details.endpoint)
    const session = await openHttp2(origin, sandbox.caPem)
    const answer = await push(session, { ':path': pathname, ...details.headers }, details.body ?? '')
    expect(answer.status).toBe(201)
    session.close()
  })

  it('can be withdrawn once', async () => {
    const { headers } = await send(deviceOf())
    const withdraw = () => callHttp1(String(headers.location), sandbox.caPem, { method: 'DELETE' })
    expect((await withdraw()).status).toBe(204)
    expect((await withdraw()).status).toBe(404)
  })
})

describe('a wrong request is refused', () => {
  it.each<[string, number, Parameters<typeof send>[1]]>([
    ['MissingTtl', 400, { headers: { TTL: undefined } }],
    ['BadTtl', 400, { headers: { TTL: '1h' } }],
    ['BadTtl', 400, { headers: { TTL: '-1' } }],
    ['BadUrgency', 400, { headers: { Urgency: 'urgent' } }],
    ['BadWebPushTopic', 400, { headers: { Topic: 't'.repeat(33) } }],
    ['BadWebPushTopic', 400, { headers: { Topic: 'a b' } }],
    ['BadContentEncoding', 400, { headers: { 'Content-Encoding': 'aesgcm' } }],
    ['BadContentEncoding', 400, { headers: { 'Content-Encoding': undefined } }],
    ['MissingAuthorization', 401, { headers: { Authorization: undefined } }],
    ['BadAuthorizationHeader', 403, { headers: { Authorization: 'WebPush abc' } }],
    ['BadJwtToken', 403, { headers: { Authorization: `vapid t=a.b.c, k=${vapid.publicKey}` } }],
    ['BadJwtToken', 403, { subject: 'mailto:ops@localhost' }],
    ['VapidPkHashMismatch', 403, { keys: stranger }],
    ['PayloadTooLarge', 413, { body: Buffer.alloc(4097) }],
    ['UndecryptablePayload', 400, { body: Buffer.alloc(200, 7) }],
  ])('%s %i', async (reason, status, change) => {
    const answer = await send(deviceOf(), change)
    expect([answer.status, answer.json()]).toEqual([status, { reason }])
  })

  it('a token for another origin, for longer than a day, over, or without a contact', async () => {
    const aud = new URL(deviceOf().endpoint ?? '').origin
    const exp = Math.floor(Date.now() / 1000)
    const sub = 'mailto:ops@example.com'
    const reasonOf = async (claims: Record<string, unknown>) =>
      (await send(deviceOf(), { headers: { Authorization: await vapidHeader(claims) } })).text
    expect(await reasonOf({ aud: 'https://push.example', exp: exp + 60, sub })).toContain('BadJwtToken')
    expect(await reasonOf({ aud, exp: exp + 86_500, sub })).toContain('BadJwtToken')
    expect(await reasonOf({ aud, exp: exp - 1, sub })).toContain('ExpiredJwtToken')
    expect(await reasonOf({ aud, exp: exp + 60 })).toContain('BadJwtToken')
    expect(await reasonOf({ aud, exp: exp + 60, sub: 'ops@example.com' })).toContain('BadJwtToken')
    expect(await reasonOf({ aud, exp: exp + 86_400, sub })).toBe('')
  })

  it('a message for another subscription does not decrypt, and that is counted', async () => {
    sandbox.control.clearStats()
    const other = deviceOf()
    const answer = await send({ ...deviceOf(), keys: other.keys })
    expect([answer.status, answer.json()]).toEqual([400, { reason: 'UndecryptablePayload' }])
    expect(sandbox.control.stats().webpush.refused).toEqual({ UndecryptablePayload: 1 })
  })

  it('an endpoint that was never handed out', async () => {
    const device = deviceOf()
    const endpoint = device.endpoint?.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))
    expect((await send({ ...device, endpoint })).status).toBe(404)
  })
})

describe('a device behaves as its scenario says', () => {
  it.each<[Scenario, number]>([
    ['unregistered', 410],
    ['bad_token', 404],
    ['wrong_app', 403],
    ['throttled_always', 429],
    ['unavailable_always', 503],
    ['message_bad', 413],
  ])('%s: %i', async (scenario, status) => {
    const device = deviceOf(scenario)
    expect([(await send(device)).status, (await send(device)).status]).toEqual([status, status])
  })

  it('throttled, unavailable, reset and goaway fail the first attempt of a delivery only', async () => {
    const devices = (['throttled', 'unavailable', 'reset', 'goaway'] as const).map((scenario) =>
      deviceOf(scenario),
    )
    const statuses = () =>
      Promise.all(
        devices.map((device) =>
          send(device).then(
            ({ status, headers }) => [status, headers['retry-after']],
            (error: NodeJS.ErrnoException) => error.code,
          ),
        ),
      )
    expect(await statuses()).toEqual([[429, '1'], [503, undefined], 'ECONNRESET', 'ECONNRESET'])
    expect(await statuses()).toEqual(new Array(4).fill([201, undefined]))
  })
})

it('needs the VAPID key that the subscription is made with', () => {
  expect(() => sandbox.control.createDevices({ platform: 'webpush' })).toThrow(/VAPID/)
  expect(() => sandbox.control.createDevices({ platform: 'webpush', app: 'BAAA' })).toThrow(/VAPID/)
})
