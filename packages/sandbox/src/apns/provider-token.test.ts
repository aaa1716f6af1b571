import { createPrivateKey, sign } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApnsCredential, Sandbox } from '../index.ts'
import { startSandbox } from '../index.ts'
import { openApns, providerToken } from '../testing/apns-sender.ts'
import { openHttp2 } from '../testing/http-clients.ts'

const START = Date.parse('2026-03-01T12:00:00Z')
const MINUTE = 60_000

let now: number
let sandbox: Sandbox
let credential: ApnsCredential
let token: string

beforeEach(async () => {
  now = START
  sandbox = await startSandbox({ now: () => now })
  credential = sandbox.control.accounts().apns
  token = sandbox.control.createDevices({ platform: 'apns' })[0]?.token ?? ''
})
afterEach(() => sandbox.close())

/** The reasons that pushes with these headers get, one after the other on one connection. */
async function reasonsOf(...authorizations: string[]): Promise<(string | undefined)[]> {
  const sender = await openApns(sandbox, { authorization: '' })
  const reasons = []
  for (const authorization of authorizations) {
    const answer = await sender.send(token, { authorization })
    reasons.push(answer.status === 200 ? 'accepted' : (answer.json() as { reason: string }).reason)
  }
  sender.close()
  return reasons
}

const issuedAt = (minutes: number) => providerToken(credential, START / 1000 + minutes * 60)

describe('a provider token', () => {
  it('is good for an hour and not for a second more', async () => {
    const authorization = await issuedAt(0)
    now = START + 60 * MINUTE
    expect(await reasonsOf(authorization)).toEqual(['accepted'])
    now += 1000
    expect(await reasonsOf(authorization)).toEqual(['ExpiredProviderToken'])
  })

  it('may be a minute ahead of the clock at most', async () => {
    expect(await reasonsOf(await issuedAt(2), await issuedAt(1))).toEqual([
      'InvalidProviderToken',
      'accepted',
    ])
  })

  it('may be replaced once in 20 minutes, whatever the connection', async () => {
    const [first, second] = [await issuedAt(-1), await issuedAt(0)]
    expect(await reasonsOf(first, second, first)).toEqual([
      'accepted',
      'TooManyProviderTokenUpdates',
      'accepted',
    ])
    now += 20 * MINUTE - 1
    expect(await reasonsOf(second)).toEqual(['TooManyProviderTokenUpdates'])
    now += 1
    expect(await reasonsOf(second)).toEqual(['accepted'])
    sandbox.control.addApnsAccount({ token_update_seconds: 0 })
    expect(await reasonsOf(await issuedAt(20))).toEqual(['accepted'])
  })

  it('is refused when its signature is DER, its iat a text, its team or key another', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const bearer = (iat: unknown, dsaEncoding: 'der' | 'ieee-p1363') => {
      const signed = `${part({ alg: 'ES256', kid: credential.key_id })}.${part({ iss: credential.team_id, iat })}`
      const key = { key: createPrivateKey(credential.key), dsaEncoding }
      return `bearer ${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
    }
    expect(
      await reasonsOf(
        bearer(START / 1000, 'der'),
        bearer(String(START / 1000), 'ieee-p1363'),
        await providerToken({ ...credential, team_id: 'ELSEWHERE1' }, START / 1000),
        await providerToken({ ...credential, key_id: 'UNKNOWNKEY' }, START / 1000),
      ),
    ).toEqual(new Array(4).fill('InvalidProviderToken'))
    expect(await reasonsOf(bearer(START / 1000, 'ieee-p1363'))).toEqual(['accepted'])
  })

  it('stops working when its key is revoked', async () => {
    const authorization = await issuedAt(0)
    expect(await reasonsOf(authorization)).toEqual(['accepted'])
    sandbox.control.revokeAccount('apns', credential.key_id)
    expect(await reasonsOf(authorization)).toEqual(['InvalidProviderToken'])
  })

  it('of a key for one environment is refused in the other', async () => {
    const limited = sandbox.control.addApnsAccount({ key_id: 'DEVONLYKEY', environment: 'sandbox' })
    expect(await reasonsOf(await providerToken(limited, START / 1000))).toEqual([
      'BadEnvironmentKeyIdInToken',
    ])
  })
})

describe('a connection', () => {
  it('belongs to the team and key of its first push', async () => {
    const second = sandbox.control.addApnsAccount({ key_id: 'SECONDKEY1' })
    const stranger = sandbox.control.addApnsAccount({ team_id: 'OTHERTEAM1', bundle_ids: ['com.other.app'] })
    const [ours, rotated, theirs] = await Promise.all(
      [credential, second, stranger].map((each) => providerToken(each, START / 1000)),
    )
    expect(await reasonsOf(ours ?? '', rotated ?? '', theirs ?? '')).toEqual([
      'accepted',
      'UnrelatedKeyIdInToken',
      'InvalidProviderToken',
    ])
    expect(await reasonsOf(rotated ?? '')).toEqual(['accepted'])
    expect(await reasonsOf(theirs ?? '')).toEqual(['TopicDisallowed'])
  })

  it('may open one stream until its first valid token where that is asked for', async () => {
    await using careful = await startSandbox({ opensOneStreamFirst: true })
    const session = await openHttp2(careful.env.APNS_ENDPOINT ?? '', careful.caPem)
    expect(session.remoteSettings.maxConcurrentStreams).toBe(1)
    const raised = once(session, 'remoteSettings')
    const stream = session.request({
      ':method': 'POST',
      ':path': '/3/device/ab',
      authorization: await providerToken(careful.control.accounts().apns),
    })
    stream.resume().end('{}')
    await raised
    expect(session.remoteSettings.maxConcurrentStreams).toBe(1000)
    session.close()
  })
})
