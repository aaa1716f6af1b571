import { afterEach, expect, test, vi } from 'vitest'
import type { Address, LaneOptions, Parcel } from '../channel.ts'
import { delivery, laneOptions, rendered } from '../testing/lane-options.ts'
import { buildFcmPayload } from './payload.ts'
import { openFcmLane } from './send.ts'
import { type StrictFcm, type StrictFcmOptions, startStrictFcm } from './testing/strict-fcm.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const open of closing.splice(0).reverse()) await open[Symbol.asyncDispose]()
})

async function fcmOf(options: StrictFcmOptions = {}): Promise<StrictFcm> {
  const fcm = await startStrictFcm(options)
  closing.push(fcm)
  return fcm
}

function laneOf({ server, credential }: StrictFcm, changes: Partial<LaneOptions> = {}) {
  const options = laneOptions({
    ca: server.ca,
    ...changes,
    endpoints: { fcm: server.origin, fcmToken: `${server.origin}/token`, ...changes.endpoints },
  })
  const lane = openFcmLane(credential, options)
  closing.push(lane)
  return lane
}

function parcel(token: string, target?: Address['target']): Parcel {
  const wire = buildFcmPayload(rendered(), delivery())
  if ('unbuildable' in wire) throw new Error(wire.detail)
  return { deliveryId: delivery().deliveryId, address: { token, target }, wire }
}

const error = (status: number, code: string, fcmCode?: string) => ({
  status,
  body: JSON.stringify({
    error: {
      code: status,
      status: code,
      details: fcmCode && [
        { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: fcmCode },
      ],
    },
  }),
})
const classes = (verdicts: { class: string }[]) => verdicts.map((verdict) => verdict.class)

test('many parcels get one verdict each, in order, under one access token', async () => {
  const fcm = await fcmOf({
    reply: ({ token }) => (token === 'gone' ? error(404, 'NOT_FOUND', 'UNREGISTERED') : undefined),
  })
  const parcels = Array.from({ length: 300 }, (_, i) => parcel(i === 150 ? 'gone' : `token-${i}`))
  const verdicts = await laneOf(fcm).send(parcels)
  expect(verdicts[150]).toMatchObject({ class: 'token_dead', code: 'UNREGISTERED' })
  expect(classes(verdicts).filter((name) => name === 'accepted')).toHaveLength(299)
  expect(verdicts[0]?.providerId).toMatch(/^projects\/shop-1\/messages\//)
  expect(fcm.tokenCalls()).toBe(1)
})

test('the message arrives whole, for a token or an installation, whatever characters it has', async () => {
  const fcm = await fcmOf()
  await laneOf(fcm).send([parcel('a"b\\c'), parcel('fid-1', 'fid')])
  const { data, notification, android } = JSON.parse(parcel('').wire.body)
  expect(fcm.messages).toEqual([
    { token: 'a"b\\c', data, notification, android },
    { fid: 'fid-1', data, notification, android },
  ])
})

test('without HTTP/2 it sends over HTTP/1.1', async () => {
  const fcm = await fcmOf({ protocols: 'http/1.1' })
  const verdicts = await laneOf(fcm).send(Array.from({ length: 20 }, (_, i) => parcel(`token-${i}`)))
  expect(new Set(classes(verdicts))).toEqual(new Set(['accepted']))
})

test('a refused access token is renewed once for all, and what it cost goes again', async () => {
  const fcm = await fcmOf()
  const lane = laneOf(fcm)
  await lane.send([parcel('warm-up')])
  fcm.revoke()
  const both = await Promise.all([lane.send([parcel('a'), parcel('b')]), lane.send([parcel('c')])])
  expect(classes(both.flat())).toEqual(['accepted', 'accepted', 'accepted'])
  expect(fcm.tokenCalls()).toBe(2)
})

test('an access token that is refused although it is new breaks the lane', async () => {
  const fcm = await fcmOf({ reply: () => error(401, 'UNAUTHENTICATED') })
  const verdicts = await laneOf(fcm).send([parcel('a')])
  expect(verdicts).toEqual([expect.objectContaining({ class: 'auth_broken', code: 'UNAUTHENTICATED' })])
  expect(fcm.tokenCalls()).toBe(2)
  expect(fcm.messages).toHaveLength(2)
})

test('trouble at the token endpoint after a refusal means again soon', async () => {
  const fcm = await fcmOf({
    tokenReply: (call) => (call > 1 ? { status: 503, headers: { 'retry-after': '4' } } : undefined),
  })
  const lane = laneOf(fcm)
  await lane.send([parcel('warm-up')])
  fcm.revoke()
  expect(await lane.send([parcel('a')])).toEqual([
    expect.objectContaining({ class: 'auth_refresh', status: 503, retryAfterMs: 4000 }),
  ])
})

test('a service account that Google refuses breaks the lane before any message is sent', async () => {
  const fcm = await fcmOf({ tokenReply: () => ({ status: 400, body: '{"error":"invalid_grant"}' }) })
  const verdicts = await laneOf(fcm).send([parcel('a'), parcel('b')])
  expect(verdicts).toEqual(
    Array(2).fill(expect.objectContaining({ class: 'auth_broken', code: 'invalid_grant' })),
  )
  expect(fcm.messages).toEqual([])
  expect(fcm.tokenCalls()).toBe(1)
})

test('a token endpoint in trouble is retried later', async () => {
  const fcm = await fcmOf({ tokenReply: () => ({ status: 502, body: '<html>' }) })
  expect(classes(await laneOf(fcm).send([parcel('a')]))).toEqual(['retry'])
})

test('the access token is renewed in the background, and kept while that fails', async () => {
  const fcm = await fcmOf({ tokenReply: (call) => (call === 2 ? { status: 500 } : undefined) })
  let nowMs = 1_900_000_000_000
  const lane = laneOf(fcm, { now: () => nowMs })
  await lane.send([parcel('a')])
  nowMs += 56 * 60_000
  expect(classes(await lane.send([parcel('b')]))).toEqual(['accepted'])
  await vi.waitFor(() => expect(fcm.tokenCalls()).toBe(2))
  await vi.waitFor(async () => {
    // Each time, for the failure is known to the lane a moment after the endpoint has seen the call.
    nowMs += 60_000
    expect(classes(await lane.send([parcel('c')]))).toEqual(['accepted'])
    expect(fcm.tokenCalls()).toBe(3)
  })
})

test('connections are replaced before Google’s hour is over', async () => {
  const fcm = await fcmOf()
  let nowMs = 1_900_000_000_000
  const lane = laneOf(fcm, { now: () => nowMs })
  await lane.send([parcel('a')])
  nowMs += 49 * 60_000
  await lane.send([parcel('b')])
  // One to the token endpoint and one to FCM.
  expect(fcm.server.connections()).toBe(2)
  nowMs += 60_000
  expect(classes(await lane.send([parcel('c')]))).toEqual(['accepted'])
  expect(fcm.server.connections()).toBe(3)
})

test('an unknown error is tried once more, then the message is bad', async () => {
  const asked = new Map<unknown, number>()
  const fcm = await fcmOf({
    reply({ token }) {
      const times = (asked.get(token) ?? 0) + 1
      asked.set(token, times)
      return token === 'always' || (token === 'once' && times === 1)
        ? error(400, 'NEW', 'NEW_IN_2030')
        : undefined
    },
  })
  expect(classes(await laneOf(fcm).send([parcel('always'), parcel('well'), parcel('once')]))).toEqual([
    'message_bad',
    'accepted',
    'accepted',
  ])
  expect([...asked]).toEqual([
    ['always', 2],
    ['well', 1],
    ['once', 2],
  ])
})

test('a missing installation costs its address only where the project has worked', async () => {
  const fcm = await fcmOf({ reply: ({ fid }) => (fid === 'gone' ? error(404, 'NOT_FOUND') : undefined) })
  const lane = laneOf(fcm)
  expect(classes(await lane.send([parcel('gone', 'fid')]))).toEqual(['auth_broken'])
  expect(classes(await lane.send([parcel('gone', 'fid'), parcel('here', 'fid')]))).toEqual([
    'token_dead',
    'accepted',
  ])
})

test('a token_uri of the credential is asked only where the guard allows it', async () => {
  const fcm = await fcmOf()
  const refused = await laneOf(fcm, {
    endpoints: { ...laneOptions().endpoints, fcm: fcm.server.origin },
    safeLookup: async () => ({ refused: 'private' }),
  }).send([parcel('a')])
  expect(refused).toEqual([expect.objectContaining({ class: 'auth_broken', code: 'TARGET_REFUSED' })])
  expect(fcm.tokenCalls()).toBe(0)
  const allowed = await laneOf(fcm, {
    endpoints: { ...laneOptions().endpoints, fcm: fcm.server.origin },
    safeLookup: async () => ({ address: '127.0.0.1', family: 4 }),
  }).send([parcel('a')])
  expect(classes(allowed)).toEqual(['accepted'])
})
