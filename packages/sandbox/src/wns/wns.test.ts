import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../index.ts'
import { startSandbox } from '../index.ts'
import { callHttp1 } from '../testing/http-clients.ts'
import type { WnsSend } from '../testing/wns-sender.ts'
import { createWnsSender, requestWnsToken, TOAST } from '../testing/wns-sender.ts'
import type { Scenario } from '../words.ts'

let sandbox: Sandbox
let send: WnsSend
const channelOf = (scenario: Scenario = 'ok', more = {}) =>
  sandbox.control.createDevices({ platform: 'wns', scenario, ...more })[0]?.token ?? ''

beforeAll(async () => {
  sandbox = await startSandbox()
  send = await createWnsSender(sandbox)
})
afterAll(() => sandbox.close())

describe('an accepted notification', () => {
  it('is answered with its status and id, and a toast reaches the phone', async () => {
    const answer = await send(channelOf('ok', { name: 'Bill' }), { 'x-wns-requestforstatus': 'true' })
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      'x-wns-status': 'received',
      'x-wns-msg-id': expect.stringMatching(/^[0-9A-F]{16}$/),
      'x-wns-deviceconnectionstatus': 'connected',
    })
    expect(sandbox.control.phones().find(({ name }) => name === 'Bill')?.notifications).toMatchObject([
      {
        title: 'Hello',
        body: 'Tom & Ada',
        image: 'https://example.com/a.png',
        icon: 'https://example.com/i.png',
        sound: 'ms-winsoundevent:x',
        buttons: [{ id: 'yes', title: 'Yes' }],
        delivery_id: 'd1',
        raw: TOAST,
      },
    ])
  })

  it('may be raw, a badge or a tile, and carries its delivery id in JSON too', async () => {
    const raw = { 'x-wns-type': 'wns/raw', 'content-type': 'application/octet-stream' }
    expect((await send(channelOf('ok', { name: 'Raw' }), raw, '{"delivery_id":"d2","a":1}')).status).toBe(200)
    expect(sandbox.control.phones().find(({ name }) => name === 'Raw')?.notifications).toMatchObject([
      { delivery_id: 'd2', data: { a: 1 } },
    ])
    const badge = { 'x-wns-type': 'wns/badge' }
    expect((await send(channelOf('ok', { name: 'Badge' }), badge, '<badge value="7"/>')).status).toBe(200)
    expect(sandbox.control.phones().find(({ name }) => name === 'Badge')?.notifications).toMatchObject([
      { badge: 7 },
    ])
    const launch = JSON.stringify({ delivery_id: 'd3' }).replaceAll('"', '&quot;')
    expect((await send(channelOf('ok', { name: 'Json' }), {}, `<toast launch="${launch}"/>`)).status).toBe(
      200,
    )
    expect(sandbox.control.phones().find(({ name }) => name === 'Json')?.notifications).toMatchObject([
      { delivery_id: 'd3' },
    ])
  })
})

describe('a wrong request is refused', () => {
  it.each<[string, number, Record<string, string | undefined>, (string | Buffer)?]>([
    ['without a length', 411, { 'content-length': undefined, 'transfer-encoding': 'chunked' }],
    ['without a type', 400, { 'x-wns-type': undefined }],
    ['of an unknown type', 400, { 'x-wns-type': 'wns/sound' }],
    ['raw as XML', 400, { 'x-wns-type': 'wns/raw' }],
    ['a toast as bytes', 400, { 'content-type': 'application/octet-stream' }],
    ['XML that is not well-formed', 400, {}, '<toast><visual></toast>'],
    ['XML with a bare ampersand', 400, {}, '<toast launch="a&b"/>'],
    ['another root than the type says', 400, {}, '<tile/>'],
    ['an empty body', 400, {}, ''],
    ['5001 bytes', 413, {}, `<toast launch="${'x'.repeat(4983)}"/>`],
    ['a TTL that is no number', 400, { 'x-wns-ttl': 'long' }],
    ['a long tag', 400, { 'x-wns-tag': 't'.repeat(17) }],
    ['an unknown priority', 400, { 'x-wns-priority': '5' }],
    ['an unknown cache policy', 400, { 'x-wns-cache-policy': 'maybe' }],
    ['an unknown access token', 401, { authorization: 'Bearer unknown' }],
    ['no access token', 401, { authorization: undefined }],
  ])('%s: %i', async (_, status, headers, body) => {
    const answer = await send(channelOf(), headers, body)
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({
      'x-wns-status': 'dropped',
      'x-wns-error-description': expect.any(String),
    })
  })

  it('but not 5000 bytes', async () => {
    expect((await send(channelOf(), {}, `<toast launch="${'x'.repeat(4982)}"/>`)).status).toBe(200)
  })

  it('a channel that was never handed out, or of another app, or by GET', async () => {
    const channel = channelOf()
    const forged = channel.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))
    expect((await send(forged)).status).toBe(404)
    expect((await send(channelOf('ok', { app: 'another-client' }))).status).toBe(403)
    expect((await callHttp1(channel, sandbox.caPem, { method: 'GET' })).status).toBe(405)
  })
})

describe('a device behaves as its scenario says', () => {
  it.each<[Scenario, number]>([
    ['unregistered', 410],
    ['bad_token', 404],
    ['wrong_app', 403],
    ['throttled_always', 406],
    ['unavailable_always', 503],
    ['message_bad', 413],
  ])('%s: %i', async (scenario, status) => {
    const channel = channelOf(scenario)
    expect([(await send(channel)).status, (await send(channel)).status]).toEqual([status, status])
  })

  it('throttled, unavailable, reset and goaway fail the first attempt of a delivery only', async () => {
    const channels = (['throttled', 'unavailable', 'reset', 'goaway'] as const).map((scenario) =>
      channelOf(scenario),
    )
    const statuses = () =>
      Promise.all(
        channels.map((channel) =>
          send(channel).then(
            ({ status, headers }) => [status, headers['retry-after']],
            (error: NodeJS.ErrnoException) => error.code,
          ),
        ),
      )
    expect(await statuses()).toEqual([[406, '1'], [503, undefined], 'ECONNRESET', 'ECONNRESET'])
    expect(await statuses()).toEqual(new Array(4).fill([200, undefined]))
  })
})

describe('the token endpoint', () => {
  it.each<[string, number, string, Record<string, string>]>([
    ['another secret', 401, 'invalid_client', { client_secret: 'guess' }],
    ['an unknown client', 400, 'unauthorized_client', { client_id: 'nobody' }],
    ['another scope', 400, 'invalid_scope', { scope: 'notify.windows.com' }],
    ['another grant', 400, 'unsupported_grant_type', { grant_type: 'password' }],
  ])('refuses %s', async (_, status, error, form) => {
    const answer = await requestWnsToken(sandbox, sandbox.control.accounts().wns, form)
    expect([answer.status, answer.json()]).toMatchObject([status, { error }])
  })

  it('refuses another tenant, and forgets a revoked client', async () => {
    const credential = sandbox.control.addWnsAccount({ client_id: 'short-lived' })
    const sendAs = await createWnsSender(sandbox, credential)
    const channel = channelOf('ok', { app: 'short-lived' })
    expect((await sendAs(channel)).status).toBe(200)
    sandbox.control.revokeAccount('wns', 'short-lived')
    expect((await sendAs(channel)).status).toBe(401)
    const elsewhere = await requestWnsToken(sandbox, { ...credential, tenant_id: 'elsewhere' })
    expect(elsewhere.json()).toMatchObject({ error: 'invalid_request', error_codes: [90002] })
  })
})
