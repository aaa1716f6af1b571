import { afterEach, describe, expect, test } from 'vitest'
import webPush from 'web-push'
import { createSafeLookup } from '../../00-kernel/safe-target.ts'
import type { Address, LaneOptions, Parcel, RenderedContent } from '../channel.ts'
import { createMemoryShelf } from '../testing/memory-shelf.ts'
import { buildWebPushPayload } from './payload.ts'
import { openWebPushLane } from './send.ts'
import { createBrowser } from './testing/browser.ts'
import {
  type SeenRequest,
  type ServiceReply,
  startTlsService,
  type TlsService,
} from './testing/tls-service.ts'
import { generateVapidKeys } from './vapid.ts'

const mozilla = 'updates.push.services.mozilla.com'
const google = 'fcm.googleapis.com'
const microsoft = 'wns2-by3p.notify.windows.com'
const stranger = 'push.example.net'
const credential = { subject: 'mailto:push@example.com', ...generateVapidKeys() }
const content: RenderedContent = { title: 'Hello', body: 'World', buttons: [], data: {}, silent: false }

let opened = new AsyncDisposableStack()
afterEach(async () => {
  await opened.disposeAsync()
  opened = new AsyncDisposableStack()
})

async function startService(reply: (request: SeenRequest) => ServiceReply | null = () => ({ status: 201 })) {
  return opened.use(await startTlsService(reply))
}

/** A lane for which the real names lead to the service on loopback. */
function openLane(service: TlsService, more: Partial<LaneOptions> = {}) {
  const safeLookup = createSafeLookup({
    allowPrivate: [mozilla, google, microsoft],
    resolve: async () => ({ address: '127.0.0.1', family: 4, port: service.port }),
  })
  const lane = openWebPushLane(credential, {
    environment: 'production',
    now: Date.now,
    endpoints: { apns: '', apnsSandbox: '', fcm: '', fcmToken: null, wnsToken: '', twilio: '' },
    ca: [service.ca],
    tokenShelf: createMemoryShelf(),
    safeLookup,
    timeoutMs: 5_000,
    ...more,
  })
  return opened.use(lane)
}

let serial = 0
function parcelTo(address: Address, ttlSeconds = 60): Parcel {
  const deliveryId = `01890a5d-ac96-8774-8cce-${String(++serial).padStart(12, '0')}`
  const options = { deliveryId, ttlSeconds, expiresAtSeconds: 1_900_000_000, priority: 'normal' as const }
  const wire = buildWebPushPayload(content, options)
  if ('unbuildable' in wire) throw new Error(wire.detail)
  return { deliveryId, address, wire }
}

const somewhere = (host: string, path = '/wpush/v2/abc') =>
  createBrowser().addressAt(`https://${host}${path}`)

describe('a message', () => {
  test('arrives as the subscriber can read it, under the name of its service', async () => {
    const service = await startService(() => ({ status: 201, headers: { location: 'https://m.example/1' } }))
    const browser = createBrowser()
    const parcel = parcelTo(browser.addressAt(`https://${mozilla}/wpush/v2/abc?x=1`))
    const [verdict] = await openLane(service).send([parcel])
    expect(verdict).toMatchObject({ class: 'accepted', status: 201, providerId: 'https://m.example/1' })
    const [seen] = service.requests
    expect(seen).toMatchObject({ httpVersion: '2.0', authority: mozilla, path: '/wpush/v2/abc?x=1' })
    expect(browser.decrypt(seen?.body ?? Buffer.alloc(0)).toString()).toBe(parcel.wire.body)
  })

  test('comes under a key that its recipient never saw before, and that few others see', async () => {
    const service = await startService()
    const lane = openLane(service)
    const parcels = Array.from({ length: 40 }, (_, i) => parcelTo(somewhere(mozilla, `/wpush/v2/${i}`)))
    for (let round = 0; round < 3; round += 1) await lane.send(parcels)
    // Salt, record size and the key's length precede the key (RFC 8188, section 2.1).
    const seen = service.requests.map(({ path, body }) => ({ path, key: body.toString('hex', 21, 86) }))
    expect(seen).toHaveLength(120)
    expect(new Set(seen.map(({ path, key }) => path + key)).size).toBe(120)
    const uses = Map.groupBy(seen, ({ key }) => key)
    expect(Math.max(...[...uses.values()].map((each) => each.length))).toBe(16)
  })

  test('has the same shape as one made by the web-push library', async () => {
    const service = await startService()
    const browser = createBrowser()
    const endpoint = `https://${google}/fcm/send/abc`
    const parcel = parcelTo(browser.addressAt(endpoint))
    await openLane(service).send([parcel])
    const theirs = webPush.generateRequestDetails({ endpoint, keys: browser.keys }, parcel.wire.body, {
      TTL: 60,
      urgency: 'normal',
      topic: parcel.wire.headers.topic,
      contentEncoding: 'aes128gcm',
      vapidDetails: {
        subject: credential.subject,
        publicKey: credential.public_key,
        privateKey: credential.private_key,
      },
    })
    const named = (headers: object) =>
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
    const { authorization: theirKey, 'content-length': length, ...expected } = named(theirs.headers)
    const { authorization: ourKey, ...ours } = named(service.requests[0]?.headers ?? {})
    expect(ours).toMatchObject(expected)
    expect(service.requests[0]?.body).toHaveLength(Number(length))
    expect(tokenOf(ourKey).header).toEqual(tokenOf(theirKey).header)
    expect(tokenOf(ourKey).claims).toEqual({ ...tokenOf(theirKey).claims, exp: expect.any(Number) })
    expect(ourKey?.split(', k=')[1]).toBe(theirKey?.split(', k=')[1])
  })

  test.each([
    [0, 'no-cache'],
    [60, 'cache'],
  ])('to Microsoft with TTL %d says X-WNS-Cache-Policy: %s', async (ttlSeconds, policy) => {
    const service = await startService()
    await openLane(service).send([
      parcelTo(somewhere(microsoft), ttlSeconds),
      parcelTo(somewhere(google), ttlSeconds),
    ])
    const policies = service.requests.map(({ authority, headers }) => [
      authority,
      headers['x-wns-cache-policy'],
    ])
    expect(Object.fromEntries(policies)).toEqual({ [microsoft]: policy, [google]: undefined })
  })
})

test('many messages to several services get their own answers, in order, over few connections', async () => {
  const service = await startService(({ path }) => ({ status: path.endsWith('/gone') ? 410 : 201 }))
  const hosts = [mozilla, google, microsoft]
  const parcels = Array.from({ length: 150 }, (_, i) =>
    parcelTo(somewhere(hosts[i % 3] ?? '', i % 7 === 0 ? `/p/${i}/gone` : `/p/${i}`)),
  )
  const verdicts = await openLane(service).send(parcels)
  expect(verdicts.map(({ class: found }) => found)).toEqual(
    parcels.map((_, i) => (i % 7 === 0 ? 'token_dead' : 'accepted')),
  )
  expect(service.requests).toHaveLength(150)
  expect(service.connections()).toBeLessThanOrEqual(12)
})

test('one token per service serves all of its messages', async () => {
  const service = await startService()
  const lane = openLane(service)
  await lane.send([1, 2, 3].map(() => parcelTo(somewhere(mozilla))))
  await lane.send([parcelTo(somewhere(mozilla)), parcelTo(somewhere(google))])
  expect(new Set(service.requests.map(({ headers }) => headers.authorization)).size).toBe(2)
})

describe('nothing is called', () => {
  test.each([
    ['plain http', `http://${mozilla}/a`],
    ['no address', 'not an address'],
    ['another scheme', 'file:///etc/passwd'],
  ])('for %s', async (_, endpoint) => {
    const service = await startService()
    const address = createBrowser().addressAt(endpoint)
    const verdicts = await openLane(service).send([parcelTo(address), parcelTo(somewhere(mozilla))])
    expect(verdicts.map(({ class: found }) => found)).toEqual(['target_refused', 'accepted'])
    expect(service.requests).toHaveLength(1)
  })

  test('where the name leads to a private address', async () => {
    const service = await startService()
    const [verdict] = await openLane(service).send([parcelTo(somewhere(stranger))])
    expect(verdict).toMatchObject({ class: 'target_refused', status: null, code: 'TARGET_REFUSED' })
    expect(verdict?.detail).toContain('not a public address')
    expect(service.connections()).toBe(0)
  })

  test('where the name has come to lead there between check and connection', async () => {
    const service = await startService()
    let lookups = 0
    const safeLookup: LaneOptions['safeLookup'] = async () =>
      ++lookups === 1 ? { address: '203.0.113.1', family: 4 } : { refused: 'rebound' }
    const [verdict] = await openLane(service, { safeLookup }).send([parcelTo(somewhere(mozilla))])
    expect(verdict).toMatchObject({ class: 'target_refused', code: 'TARGET_REFUSED' })
  })

  test('for keys that are none, while the others are sent', async () => {
    const service = await startService()
    const broken = { token: `https://${mozilla}/x`, keys: { p256dh: 'AAAA', auth: 'AAAA' } }
    const verdicts = await openLane(service).send([
      parcelTo(somewhere(mozilla)),
      parcelTo(broken),
      parcelTo(somewhere(mozilla)),
    ])
    expect(verdicts.map(({ class: found, code }) => [found, code])).toEqual([
      ['accepted', null],
      ['message_bad', 'invalid_keys'],
      ['accepted', null],
    ])
  })

  test('for a payload above the limit', async () => {
    const service = await startService()
    const parcel = parcelTo(somewhere(mozilla))
    const large = { ...parcel, wire: { ...parcel.wire, body: 'x'.repeat(3994), sizeBytes: 3994 } }
    const [verdict] = await openLane(service).send([large])
    expect(verdict).toMatchObject({ class: 'message_bad', code: 'payload_too_large' })
    expect(service.requests).toHaveLength(0)
  })
})

test('a redirection is not followed', async () => {
  const service = await startService(() => ({ status: 307, headers: { location: `https://${google}/b` } }))
  const [verdict] = await openLane(service).send([parcelTo(somewhere(mozilla))])
  expect(verdict).toMatchObject({ class: 'message_bad', code: 'http_307' })
  expect(service.requests).toHaveLength(1)
})

test('a name that does not resolve is tried again later', async () => {
  const service = await startService()
  const safeLookup: LaneOptions['safeLookup'] = () =>
    Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
  const [verdict] = await openLane(service, { safeLookup }).send([parcelTo(somewhere(mozilla))])
  expect(verdict).toMatchObject({ class: 'retry', status: null, code: 'ENOTFOUND' })
})

test('a strange host that does not answer keeps the lane waiting for one slice alone', async () => {
  const service = await startService(({ authority }) => (authority === stranger ? null : { status: 201 }))
  const safeLookup: LaneOptions['safeLookup'] = async () => ({
    address: '127.0.0.1',
    family: 4,
    port: service.port,
  })
  const lane = openLane(service, { safeLookup, timeoutMs: 300 })
  const silent = Array.from({ length: 40 }, () => parcelTo(somewhere(stranger)))
  const verdicts = await lane.send([...silent, parcelTo(somewhere(mozilla))])
  const codes = verdicts.map(({ class: found, code }) => `${found} ${code}`)
  expect(Object.groupBy(codes, (code) => code)).toMatchObject({
    'unknown_outcome TIMEOUT': { length: 16 },
    'retry ORIGIN_SILENT': { length: 24 },
    'accepted null': { length: 1 },
  })
  expect(service.requests.filter(({ authority }) => authority === stranger)).toHaveLength(16)
})

describe('a key that is refused', () => {
  const otherKey = ({ path }: SeenRequest) => ({ status: path.endsWith('/other-key') ? 403 : 201 })

  test('concerns one subscription when the service takes the same key for another', async () => {
    const lane = openLane(await startService(otherKey))
    const mismatched = parcelTo(somewhere(google, '/other-key'))
    const verdicts = await lane.send([mismatched, parcelTo(somewhere(google))])
    expect(verdicts.map(({ class: found }) => found)).toEqual(['token_wrong_context', 'accepted'])
    expect(await lane.send([mismatched])).toMatchObject([{ class: 'token_wrong_context' }])
  })

  test('stops the lane when the service takes it for nobody, and is signed anew for the next try', async () => {
    const service = await startService(otherKey)
    const lane = openLane(service)
    const parcel = parcelTo(somewhere(google, '/other-key'))
    expect(await lane.send([parcel])).toMatchObject([{ class: 'auth_broken' }])
    await lane.send([parcel])
    const [first, second] = service.requests.map(({ headers }) => headers.authorization)
    expect(second).not.toBe(first)
  })

  test('stops the lane only if a known service refuses it', async () => {
    const service = await startService(otherKey)
    const safeLookup: LaneOptions['safeLookup'] = async () => ({
      address: '127.0.0.1',
      family: 4,
      port: service.port,
    })
    const lane = openLane(service, { safeLookup })
    const verdicts = await lane.send(
      [stranger, google].map((host) => parcelTo(somewhere(host, '/other-key'))),
    )
    expect(verdicts).toMatchObject([{ class: 'token_wrong_context' }, { class: 'auth_broken' }])
  })
})

/** Header and claims of the token in a VAPID header, without its signature. */
function tokenOf(authorization = '') {
  const [header, claims] = authorization.replace('vapid t=', '').split('.')
  const read = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString())
  return { header: read(header), claims: read(claims) }
}
