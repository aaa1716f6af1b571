import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { startTestServer, type TestRequest, type TestServer } from '@carillon/http2-sender/testing'
import { afterEach, expect, test } from 'vitest'
import type { LaneOptions, Parcel } from '../channel.ts'
import { delivery, laneOptions, rendered } from '../testing/lane-options.ts'
import { type ApnsCredential, parseApnsCredential } from './credential.ts'
import { buildApnsPayload } from './payload.ts'
import { openApnsLane } from './send.ts'
import { refuse, type StrictApnsOptions, startStrictApns } from './testing/strict-apns.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const open of closing.splice(0).reverse()) await open[Symbol.asyncDispose]()
})

const bundleId = 'com.example.shop'

/** A key of its own for each test: tokens are shared by all who use the same. */
function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const credential: ApnsCredential = {
    auth: 'token',
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    key_id: 'ABC123DEFG',
    team_id: 'DEF123GHIJ',
    bundle_id: bundleId,
    environment: 'production',
  }
  return { publicKey, credential }
}

async function apnsOf(options: Partial<StrictApnsOptions>): Promise<TestServer> {
  const server = await startStrictApns({ publicKey: null, bundleId, ...options })
  closing.push(server)
  return server
}

function laneOf(credential: ApnsCredential, server: TestServer, changes: Partial<LaneOptions> = {}) {
  const options = laneOptions({ ca: server.ca, ...changes, endpoints: { apns: server.origin } })
  const lane = openApnsLane(credential, options)
  closing.push(lane)
  return lane
}

function parcel(number: number, token = number.toString(16).padStart(64, '0')): Parcel {
  const deliveryId = `0b8f4f52-7c1c-4a59-9f0e-${String(number).padStart(12, '0')}`
  const wire = buildApnsPayload(rendered(), delivery({ deliveryId }))
  if ('unbuildable' in wire) throw new Error(wire.detail)
  return { deliveryId, address: { token }, wire }
}

const parcels = (count: number) => Array.from({ length: count }, (_, number) => parcel(number))
const authorizationsOf = ({ requests }: { requests: TestRequest[] }) => [
  ...new Set(requests.map(({ headers }) => headers.authorization)),
]

test('many parcels get one verdict each, in order, under one token', async () => {
  const { publicKey, credential } = newKey()
  const server = await apnsOf({
    publicKey,
    reply: ({ path }) =>
      path.endsWith('7') ? refuse(410, 'Unregistered', { timestamp: 1_700_000_000_000 }) : undefined,
  })
  const verdicts = await laneOf(credential, server).send(parcels(300))
  verdicts.forEach((verdict, number) => {
    expect(verdict).toEqual(
      number.toString(16).endsWith('7')
        ? expect.objectContaining({ class: 'token_dead', tokenInvalidSinceMs: 1_700_000_000_000 })
        : expect.objectContaining({ class: 'accepted', providerId: parcel(number).deliveryId }),
    )
  })
  expect(authorizationsOf(server)).toHaveLength(1)
})

test('a token in capitals is sent in lower case', async () => {
  const { publicKey, credential } = newKey()
  const server = await apnsOf({ publicKey })
  const [verdict] = await laneOf(credential, server).send([parcel(1, 'ABCDEF01')])
  expect(verdict?.class).toBe('accepted')
  expect(server.requests[0]?.path).toBe('/3/device/abcdef01')
})

test.each(['xyz', 'abc', '', '../../etc'])('%j is never sent, and not retired either', async (token) => {
  const { publicKey, credential } = newKey()
  const server = await apnsOf({ publicKey })
  const verdicts = await laneOf(credential, server).send([parcel(1), parcel(2, token), parcel(3)])
  expect(verdicts.map((verdict) => verdict.class)).toEqual(['accepted', 'token_wrong_context', 'accepted'])
  expect(server.requests).toHaveLength(2)
})

test('two lanes with the same key share one token', async () => {
  const { publicKey, credential } = newKey()
  const server = await apnsOf({ publicKey })
  await laneOf(credential, server).send(parcels(1))
  await laneOf({ ...credential }, server).send(parcels(1))
  expect(authorizationsOf(server)).toHaveLength(1)
})

/** Calls the token of the first request expired, for good. */
function expiring() {
  let expired: unknown
  return ({ headers }: TestRequest) => {
    expired ??= headers.authorization
    return headers.authorization === expired ? refuse(403, 'ExpiredProviderToken') : undefined
  }
}

test('an expired token is renewed once for all, and what it cost goes again on a new connection', async () => {
  const { publicKey, credential } = newKey()
  const server = await apnsOf({ publicKey, reply: expiring() })
  let nowMs = Date.now()
  const lane = laneOf(credential, server, { now: () => nowMs })
  await laneOf(credential, await apnsOf({ publicKey }), { now: () => nowMs }).send(parcels(1))
  nowMs += 30 * 60_000
  const both = await Promise.all([lane.send(parcels(20)), lane.send(parcels(20))])
  expect(new Set(both.flat().map((verdict) => verdict.class))).toEqual(new Set(['accepted']))
  expect(authorizationsOf(server)).toHaveLength(2)
  expect(server.connections()).toBeGreaterThan(1)
})

test('a new token that is called expired means that the clocks differ: the lane is broken, nothing is resent', async () => {
  const { publicKey, credential } = newKey()
  const server = await apnsOf({ publicKey, reply: () => refuse(403, 'ExpiredProviderToken') })
  const verdicts = await laneOf(credential, server).send(parcels(3))
  expect(verdicts).toEqual(
    Array(3).fill(expect.objectContaining({ class: 'auth_broken', code: 'ExpiredProviderToken' })),
  )
  expect(verdicts[0]?.detail).toContain('clock')
  expect(server.requests).toHaveLength(3)
})

test('an unrelated key asks for another connection next time', async () => {
  const { publicKey, credential } = newKey()
  let first: unknown
  const server = await apnsOf({
    publicKey,
    reply({ stream }) {
      first ??= stream?.session
      return stream?.session === first ? refuse(403, 'UnrelatedKeyIdInToken') : undefined
    },
  })
  const lane = laneOf(credential, server)
  expect((await lane.send(parcels(1)))[0]?.class).toBe('retry')
  expect((await lane.send(parcels(1)))[0]?.class).toBe('accepted')
})

test('a key that Apple does not know breaks the lane', async () => {
  const server = await apnsOf({ publicKey: newKey().publicKey })
  const [verdict] = await laneOf(newKey().credential, server).send(parcels(1))
  expect(verdict).toMatchObject({ class: 'auth_broken', code: 'InvalidProviderToken' })
})

test('an unreachable provider is retried, a silent one is unknown', async () => {
  const { credential } = newKey()
  const options = laneOptions()
  const unreachable = openApnsLane(credential, options)
  closing.push(unreachable)
  expect((await unreachable.send(parcels(1)))[0]).toMatchObject({
    class: 'retry',
    status: null,
    code: 'ECONNREFUSED',
  })
  const server = await startTestServer({ handle: () => undefined })
  closing.push(server)
  const [verdict] = await laneOf(credential, server, { timeoutMs: 200 }).send(parcels(1))
  expect(verdict).toEqual({ class: 'unknown_outcome', status: null, code: 'TIMEOUT' })
})

test('the sandbox environment goes to its own address', async () => {
  const { publicKey, credential } = newKey()
  const server = await apnsOf({ publicKey })
  const lane = openApnsLane(
    credential,
    laneOptions({ environment: 'sandbox', ca: server.ca, endpoints: { apnsSandbox: `${server.origin}/` } }),
  )
  closing.push(lane)
  expect((await lane.send(parcels(1)))[0]?.class).toBe('accepted')
})

async function certificateCredential(): Promise<ApnsCredential> {
  const file = readFileSync(new URL('./testing/push.p12', import.meta.url))
  const { credential } = await parseApnsCredential({
    auth: 'certificate',
    certificate: file.toString('base64'),
    passphrase: 'correct',
    environment: 'production',
  })
  return credential
}

test('a certificate is shown to Apple instead of a token', async () => {
  const subjects: unknown[] = []
  const server = await apnsOf({
    reply({ socket, headers }) {
      subjects.push(socket.getPeerCertificate().subject?.CN, headers.authorization)
      return undefined
    },
  })
  const [verdict] = await laneOf(await certificateCredential(), server).send(parcels(1))
  expect(verdict?.class).toBe('accepted')
  expect(subjects).toEqual(['Apple Push Services: com.example.shop', undefined])
})

test('a topic that the certificate does not cover fails that message and leaves the lane whole', async () => {
  const server = await apnsOf({})
  const wire = buildApnsPayload(rendered({ apns: { push_type: 'location' } }), delivery())
  if ('unbuildable' in wire) throw new Error(wire.detail)
  const verdicts = await laneOf(await certificateCredential(), server).send([
    { deliveryId: delivery().deliveryId, address: { token: 'ab' }, wire },
    parcel(1),
  ])
  expect(verdicts.map((verdict) => verdict.class)).toEqual(['message_bad', 'accepted'])
  expect(server.requests).toHaveLength(1)
})
