import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Sandbox } from '../index.ts'
import { startSandbox } from '../index.ts'
import type { ApnsSender } from '../testing/apns-sender.ts'
import { openApns } from '../testing/apns-sender.ts'
import type { FcmSender } from '../testing/fcm-sender.ts'
import { openFcm, requestToken } from '../testing/fcm-sender.ts'
import { callHttp1, openHttp2 } from '../testing/http-clients.ts'
import { createWnsSender, requestWnsToken } from '../testing/wns-sender.ts'

let sandbox: Sandbox
let apns: ApnsSender
let fcm: FcmSender
const tokenOf = (platform: 'apns' | 'fcm' | 'wns') =>
  sandbox.control.createDevices({ platform })[0]?.token ?? ''
const sendFcm = () => fcm.send({ message: { token: tokenOf('fcm') } })

beforeAll(async () => {
  sandbox = await startSandbox()
  apns = await openApns(sandbox)
  fcm = await openFcm(sandbox)
})
afterAll(async () => {
  apns.close()
  fcm.close()
  await sandbox.close()
})
beforeEach(() => {
  sandbox.control.clearFaults()
  sandbox.control.clearStats()
})

describe('a status fault answers as the provider would', () => {
  it('APNs: reason and Retry-After', async () => {
    sandbox.control.addFault({
      provider: 'apns',
      fault: 'status',
      status: 503,
      reason: 'Shutdown',
      retry_after: 7,
      times: 1,
    })
    const answer = await apns.send(tokenOf('apns'))
    expect([answer.status, answer.json(), answer.headers['retry-after']]).toEqual([
      503,
      { reason: 'Shutdown' },
      '7',
    ])
    expect((await apns.send(tokenOf('apns'))).status).toBe(200)
    expect(sandbox.control.stats().apns).toMatchObject({ accepted: 1, refused: { Shutdown: 1 } })
  })

  it('FCM: error code with its detail, and an HTML page for 502', async () => {
    sandbox.control.addFault({
      provider: 'fcm',
      fault: 'status',
      status: 401,
      reason: 'THIRD_PARTY_AUTH_ERROR',
      times: 1,
    })
    expect((await sendFcm()).json()).toMatchObject({
      error: { code: 401, details: [{ errorCode: 'THIRD_PARTY_AUTH_ERROR' }] },
    })
    sandbox.control.addFault({ provider: 'fcm', fault: 'status', status: 502, times: 1 })
    const page = await sendFcm()
    expect([page.status, page.headers['content-type']]).toEqual([502, 'text/html'])
    expect(() => page.json()).toThrow(SyntaxError)
    sandbox.control.addFault({ provider: 'fcm', fault: 'status', status: 429, retry_after: 3, times: 1 })
    const quota = await sendFcm()
    expect([quota.status, quota.headers['retry-after']]).toEqual([429, '3'])
  })

  it('the token endpoints fail apart from the push services', async () => {
    sandbox.control.addFault({ provider: 'fcmToken', fault: 'status', status: 500 })
    sandbox.control.addFault({ provider: 'wnsToken', fault: 'expired_provider_token' })
    const { fcm: account, wns } = sandbox.control.accounts()
    expect((await requestToken(sandbox, account)).status).toBe(500)
    expect((await requestWnsToken(sandbox, wns)).json()).toEqual({ error: 'invalid_client' })
    expect((await sendFcm()).status).toBe(200)
  })

  it('WNS and Web Push: their own status and words', async () => {
    sandbox.control.addFault({ provider: 'wns', fault: 'status', status: 406, retry_after: 2 })
    const send = await createWnsSender(sandbox)
    expect((await send(tokenOf('wns'))).headers).toMatchObject({
      'x-wns-status': 'channelthrottled',
      'retry-after': '2',
    })
    sandbox.control.addFault({ provider: 'webpush', fault: 'status', status: 410 })
    const [host] = (sandbox.env.ALLOW_PRIVATE_TARGETS ?? '').split(',')
    const answer = await callHttp1(`https://${host}/wp/x`, sandbox.caPem, {})
    expect([answer.status, answer.json()]).toEqual([410, { reason: 'Unsubscribed' }])
  })
})

describe('the other faults', () => {
  it('expired_provider_token: the credentials have run out', async () => {
    for (const provider of ['apns', 'fcm', 'wns', 'webpush'] as const) {
      sandbox.control.addFault({ provider, fault: 'expired_provider_token' })
    }
    expect((await apns.send(tokenOf('apns'))).json()).toEqual({ reason: 'ExpiredProviderToken' })
    expect((await sendFcm()).status).toBe(401)
    expect((await (await createWnsSender(sandbox))(tokenOf('wns'))).status).toBe(401)
  })

  it('slow: accepted at once and answered late', async () => {
    sandbox.control.addFault({ provider: 'apns', fault: 'slow', delay_ms: 200 })
    const started = performance.now()
    expect((await apns.send(tokenOf('apns'))).status).toBe(200)
    expect(performance.now() - started).toBeGreaterThan(180)
  })

  it('reset: the stream is cut, and the connection lives on', async () => {
    sandbox.control.addFault({ provider: 'apns', fault: 'reset', times: 1 })
    await expect(apns.send(tokenOf('apns'))).rejects.toThrow(/INTERNAL_ERROR/)
    expect((await apns.send(tokenOf('apns'))).status).toBe(200)
    expect(sandbox.control.stats().apns).toMatchObject({
      requests: 2,
      accepted: 1,
      refused: { reset: 1 },
      connections: 0,
    })
  })

  it('goaway as the first answer of a connection: the push is refused as unprocessed', async () => {
    sandbox.control.addFault({ provider: 'apns', fault: 'goaway', times: 1 })
    const own = await openApns(sandbox, { authorization: apns.authorization })
    await expect(own.send(tokenOf('apns'))).rejects.toThrow(/REFUSED_STREAM/)
  })

  it('hang: no answer at all, while others get theirs', async () => {
    sandbox.control.addFault({ provider: 'apns', fault: 'hang', times: 1 })
    const session = await openHttp2(sandbox.env.APNS_ENDPOINT ?? '', sandbox.caPem)
    const ask = () => session.request({ ':method': 'POST', ':path': '/3/device/ab' }).end('{}')
    let isAnswered = false
    ask().on('response', () => {
      isAnswered = true
    })
    await vi.waitFor(() => expect(sandbox.control.stats().apns.refused).toEqual({ hang: 1 }))
    await once(ask(), 'response')
    expect(isAnswered).toBe(false)
    session.destroy()
  })

  it('refuse_connections: open connections end, new ones are reset, and all is well after it', async () => {
    const session = await openHttp2(sandbox.env.APNS_SANDBOX_ENDPOINT ?? '', sandbox.caPem)
    const closed = once(session, 'close')
    const { id } = sandbox.control.addFault({ provider: 'apnsSandbox', fault: 'refuse_connections' })
    await closed
    const connect = () => callHttp1(sandbox.env.APNS_SANDBOX_ENDPOINT ?? '', sandbox.caPem, {})
    await expect(connect()).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(sandbox.control.stats().apnsSandbox.connections).toBe(1)
    sandbox.control.removeFault(id)
    ;(await openHttp2(sandbox.env.APNS_SANDBOX_ENDPOINT ?? '', sandbox.caPem)).close()
    expect(sandbox.control.stats().apnsSandbox.connections).toBe(2)
  })
})
