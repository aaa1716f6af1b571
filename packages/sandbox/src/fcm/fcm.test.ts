import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../index.ts'
import { startSandbox } from '../index.ts'
import type { FcmSender } from '../testing/fcm-sender.ts'
import { openFcm, requestToken } from '../testing/fcm-sender.ts'
import { callHttp1 } from '../testing/http-clients.ts'
import type { Scenario } from '../words.ts'

const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError'
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest'
const PROJECT = 'carillon-sandbox'

let sandbox: Sandbox
let sender: FcmSender
const tokenOf = (scenario: Scenario = 'ok', more = {}) =>
  sandbox.control.createDevices({ platform: 'fcm', scenario, ...more })[0]?.token ?? ''

interface GoogleError {
  error: { code: number; status: string; details?: Record<string, unknown>[] }
}

/** An error as `[http status, rpc status, errorCode, violated field]`. */
async function errorOf(body: unknown, headers?: Record<string, string>) {
  const answer = await sender.send(body, headers)
  const { error } = answer.json() as GoogleError
  const errorCode = error.details?.find((detail) => detail['@type'] === FCM_ERROR)?.errorCode
  const violations = error.details?.find((detail) => detail['@type'] === BAD_REQUEST)?.fieldViolations
  return [answer.status, error.status, errorCode, (violations as { field: string }[] | undefined)?.[0]?.field]
}

beforeAll(async () => {
  sandbox = await startSandbox()
  sender = await openFcm(sandbox)
})
afterAll(async () => {
  sender.close()
  await sandbox.close()
})

describe('an accepted message', () => {
  it('is answered with its name and reaches the phone', async () => {
    const message = {
      token: tokenOf('ok', { name: 'Grace' }),
      notification: { title: 'Hello', body: 'Grace', image: 'https://example.com/a.png' },
      data: {
        carillon_delivery_id: 'd1',
        order: '42',
        carillon_buttons: JSON.stringify([{ id: 'yes', title: 'Yes' }]),
      },
      android: { priority: 'HIGH', ttl: '3600s', notification: { channel_id: 'news', sound: 'bell' } },
    }
    const answer = await sender.send({ message })
    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({
      name: expect.stringMatching(/^projects\/carillon-sandbox\/messages\/0:\d+%/),
    })
    expect(sandbox.control.phones().find(({ name }) => name === 'Grace')).toMatchObject({
      app: PROJECT,
      notifications: [
        {
          title: 'Hello',
          body: 'Grace',
          sound: 'bell',
          data: { order: '42' },
          buttons: [{ id: 'yes', title: 'Yes' }],
          delivery_id: 'd1',
        },
      ],
    })
  })

  it('may be addressed by fid, topic or condition, come over HTTP/1.1 and name its fields in camelCase', async () => {
    const fid = tokenOf('ok', { kind: 'fid' })
    expect((await sender.send({ message: { fid } })).status).toBe(200)
    expect((await sender.send({ message: { topic: 'news' } })).status).toBe(200)
    expect((await sender.send({ message: { condition: "'a' in topics && 'b' in topics" } })).status).toBe(200)
    const answer = await callHttp1(
      `${sandbox.env.FCM_ENDPOINT}/v1/projects/${PROJECT}/messages:send`,
      sandbox.caPem,
      {
        headers: { authorization: sender.authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ message: { token: tokenOf(), android: { collapseKey: 'k', ttl: '1.5s' } } }),
      },
    )
    expect(answer.status).toBe(200)
  })

  it('is not delivered when it is only to be validated', async () => {
    const token = tokenOf('ok', { name: 'Nobody' })
    const answer = await sender.send({ validate_only: true, message: { token } })
    expect(answer.json()).toEqual({ name: `projects/${PROJECT}/messages/fake_message_id` })
    expect(sandbox.control.phones().find(({ name }) => name === 'Nobody')?.notifications).toEqual([])
  })
})

describe('a wrong request is refused as Google refuses it', () => {
  const big = (bytes: number) => ({ data: { k: 'x'.repeat(bytes - 1) } })

  it.each<[string, Record<string, unknown>, string]>([
    ['an unknown field', { notificaton: {} }, 'message.notificaton'],
    [
      'an unknown field deep inside',
      { android: { notification: { colour: '#fff' } } },
      'message.android.notification.colour',
    ],
    ['a number as data value', { data: { a: 'b', n: 5 } }, 'message.data[1].value'],
    ['a reserved data key', { data: { from: 'me' } }, 'message.data'],
    ['a data key of Google', { data: { 'google.x': 'y' } }, 'message.data'],
    ['a ttl that is no duration', { android: { ttl: 3600 } }, 'message.android.ttl'],
    ['a ttl of more than four weeks', { android: { ttl: '2419201s' } }, 'message.android.ttl'],
    ['an unknown priority', { android: { priority: 'urgent' } }, 'message.android.priority'],
    [
      'a color without #',
      { android: { notification: { color: 'ff0000' } } },
      'message.android.notification.color',
    ],
    [
      'a web link without https',
      { webpush: { fcm_options: { link: 'http://a' } } },
      'message.webpush.fcm_options.link',
    ],
    [
      'a header that is no text',
      { apns: { headers: { 'apns-priority': 5 } } },
      'message.apns.headers[0].value',
    ],
    ['two targets', { topic: 'news' }, 'message'],
    ['a topic with its prefix', { token: undefined, topic: '/topics/news' }, 'message.topic'],
    ['no target', { token: undefined }, 'message'],
  ])('%s', async (_, part, field) => {
    expect(await errorOf({ message: { token: tokenOf(), ...part } })).toEqual([
      400,
      'INVALID_ARGUMENT',
      undefined,
      field,
    ])
  })

  it('a body that is no JSON, or has unknown fields around the message', async () => {
    expect(await errorOf('{')).toEqual([400, 'INVALID_ARGUMENT', undefined, ''])
    expect(await errorOf({ message: { token: tokenOf() }, dry_run: true })).toEqual([
      400,
      'INVALID_ARGUMENT',
      undefined,
      'dry_run',
    ])
  })

  it('more than 4096 bytes, without any detail', async () => {
    expect((await sender.send({ message: { token: tokenOf(), ...big(4096) } })).status).toBe(200)
    expect(await errorOf({ message: { token: tokenOf(), ...big(4097) } })).toEqual([
      400,
      'INVALID_ARGUMENT',
      undefined,
      undefined,
    ])
    expect((await sender.send({ message: { topic: 'news', ...big(2048) } })).status).toBe(200)
    expect((await sender.send({ message: { topic: 'news', ...big(2049) } })).status).toBe(400)
  })

  it('a forged token or fid, naming the field', async () => {
    const token = tokenOf()
    const forged = token.slice(0, -1) + (token.endsWith('A') ? 'E' : 'A')
    expect(await errorOf({ message: { token: forged } })).toEqual([
      400,
      'INVALID_ARGUMENT',
      'INVALID_ARGUMENT',
      'message.token',
    ])
    expect((await errorOf({ message: { token: tokenOf('ok', { kind: 'fid' }) } }))[3]).toBe('message.token')
    expect((await errorOf({ message: { fid: token } }))[3]).toBe('message.fid')
  })

  it('an access token that is missing or unknown', async () => {
    const message = { token: tokenOf() }
    for (const authorization of ['', 'Bearer ya29.unknown', 'key=legacy']) {
      expect(await errorOf({ message }, { authorization })).toEqual([
        401,
        'UNAUTHENTICATED',
        undefined,
        undefined,
      ])
    }
  })

  it('a project that does not exist, or is not the service account’s', async () => {
    sandbox.control.addFcmAccount({ project_id: 'other-project' })
    const pathOf = (project: string) => ({ ':path': `/v1/projects/${project}/messages:send` })
    const body = { message: { token: tokenOf() } }
    expect(await errorOf(body, pathOf('nowhere'))).toEqual([404, 'NOT_FOUND', undefined, undefined])
    expect(await errorOf(body, pathOf('other-project'))).toEqual([
      403,
      'PERMISSION_DENIED',
      undefined,
      undefined,
    ])
    expect((await sender.send(body, { ':path': '/fcm/send' })).status).toBe(404)
  })

  it('a token of another project', async () => {
    const token = tokenOf('ok', { app: 'other-project' })
    expect(await errorOf({ message: { token } })).toEqual([
      403,
      'PERMISSION_DENIED',
      'SENDER_ID_MISMATCH',
      undefined,
    ])
  })
})

describe('a device behaves as its scenario says', () => {
  it.each<[Scenario, number, string, string | undefined]>([
    ['unregistered', 404, 'NOT_FOUND', 'UNREGISTERED'],
    ['bad_token', 400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT'],
    ['wrong_app', 403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH'],
    ['throttled_always', 429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED'],
    ['unavailable_always', 503, 'UNAVAILABLE', 'UNAVAILABLE'],
    ['message_bad', 400, 'INVALID_ARGUMENT', undefined],
  ])('%s: %i %s %s', async (scenario, http, status, errorCode) => {
    const token = tokenOf(scenario)
    for (const _ of ['first', 'second']) {
      expect((await errorOf({ message: { token } })).slice(0, 3)).toEqual([http, status, errorCode])
    }
  })

  it('throttled, unavailable, reset and goaway fail the first attempt of a delivery only', async () => {
    const sendTo = async (token: string) => {
      const own = await openFcm(sandbox)
      const answer = await own
        .send({ message: { token, data: { carillon_delivery_id: 'd7' } } })
        .catch(() => undefined)
      own.close()
      return answer && [answer.status, answer.headers['retry-after']]
    }
    const tokens = (['throttled', 'unavailable', 'reset', 'goaway'] as const).map((scenario) =>
      tokenOf(scenario),
    )
    const first = await Promise.all(tokens.map(sendTo))
    expect(first).toEqual([[429, '1'], [503, undefined], undefined, undefined])
    const second = await Promise.all(tokens.map(sendTo))
    expect(second).toEqual(new Array(4).fill([200, undefined]))
  })
})

describe('the token endpoint', () => {
  const nowSeconds = () => Math.floor(Date.now() / 1000)

  it.each<[string, Parameters<typeof requestToken>[2], string]>([
    ['another audience', { claims: { aud: 'https://oauth2.googleapis.com/token' } }, 'invalid_grant'],
    ['an unknown account', { claims: { iss: 'me@nowhere.iam.gserviceaccount.com' } }, 'invalid_grant'],
    ['an assertion that is over', { issuedAt: nowSeconds() - 4000 }, 'invalid_grant'],
    ['an assertion from the future', { issuedAt: nowSeconds() + 600 }, 'invalid_grant'],
    ['an assertion for longer than an hour', { claims: { exp: nowSeconds() + 7200 } }, 'invalid_grant'],
    ['a foreign scope', { claims: { scope: 'https://www.googleapis.com/auth/drive' } }, 'invalid_scope'],
    ['another grant type', { grantType: 'password' }, 'unsupported_grant_type'],
  ])('refuses %s', async (_, assertion, error) => {
    const answer = await requestToken(sandbox, sandbox.control.accounts().fcm, assertion)
    expect([answer.status, answer.json()]).toMatchObject([400, { error }])
  })

  it('refuses the signature of another key', async () => {
    await using stranger = await startSandbox()
    const account = {
      ...sandbox.control.accounts().fcm,
      private_key: stranger.control.accounts().fcm.private_key,
    }
    expect((await requestToken(sandbox, account)).json()).toMatchObject({ error: 'invalid_grant' })
  })

  it('gives tokens of 3599 seconds, counted apart from the messages', async () => {
    sandbox.control.clearStats()
    const answer = await requestToken(sandbox, sandbox.control.accounts().fcm)
    expect(answer.json()).toMatchObject({ expires_in: 3599, token_type: 'Bearer' })
    const { fcm, fcmToken } = sandbox.control.stats()
    expect([fcmToken.tokens_minted, fcm.requests]).toEqual([1, 0])
  })

  it('makes tokens that run out', async () => {
    let now = Date.now()
    await using hasty = await startSandbox({ now: () => now })
    const own = await openFcm(hasty)
    const [device] = hasty.control.createDevices({ platform: 'fcm' })
    expect((await own.send({ message: { token: device?.token } })).status).toBe(200)
    now += 3_600_000
    expect((await own.send({ message: { token: device?.token } })).status).toBe(401)
    own.close()
  })

  it('forgets a revoked project', async () => {
    const account = sandbox.control.addFcmAccount({ project_id: 'short-lived' })
    expect((await requestToken(sandbox, account)).status).toBe(200)
    sandbox.control.revokeAccount('fcm', 'short-lived')
    expect((await requestToken(sandbox, account)).json()).toMatchObject({ error: 'invalid_grant' })
  })
})
