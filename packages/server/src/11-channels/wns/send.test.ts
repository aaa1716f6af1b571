import { afterEach, describe, expect, test } from 'vitest'
import { createSafeLookup } from '../../00-kernel/safe-target.ts'
import type { LaneOptions, Parcel, RenderedContent } from '../channel.ts'
import { createMemoryShelf } from '../testing/memory-shelf.ts'
import { type SeenRequest, type ServiceReply, startTlsService } from '../webpush/testing/tls-service.ts'
import { buildWnsPayload } from './payload.ts'
import { openWnsLane } from './send.ts'

const host = 'db5p.notify.windows.com'
const credential = {
  tenant_id: 'contoso.com',
  client_id: '00000002-0000-0ff1-ce00-000000000000',
  client_secret: 'a secret & more',
}
const content: RenderedContent = { title: 'Hello', body: 'World', buttons: [], data: {}, silent: false }

let opened = new AsyncDisposableStack()
afterEach(async () => {
  await opened.disposeAsync()
  opened = new AsyncDisposableStack()
})

interface World {
  /** Answers a channel request made with this token. */
  channel?: (token: string, request: SeenRequest) => ServiceReply
  /** Answers the nth request for a token, from 1. */
  entra?: (n: number) => ServiceReply
}

const issued = (n: number): ServiceReply => ({
  status: 200,
  body: JSON.stringify({ token_type: 'Bearer', access_token: `token-${n}`, expires_in: 86_399 }),
})

/** Entra and WNS in one, and a lane for which WNS's names lead there. */
async function start(
  { channel = () => ({ status: 200 }), entra = issued }: World = {},
  more?: Partial<LaneOptions>,
) {
  const tokenRequests: SeenRequest[] = []
  const pushes: SeenRequest[] = []
  const service = opened.use(
    await startTlsService((request) => {
      if (request.path.endsWith('/token')) return entra(tokenRequests.push(request))
      pushes.push(request)
      return channel(String(request.headers.authorization).replace('Bearer ', ''), request)
    }),
  )
  const lane = opened.use(
    openWnsLane(credential, {
      environment: 'production',
      now: Date.now,
      endpoints: {
        apns: '',
        apnsSandbox: '',
        fcm: '',
        fcmToken: null,
        wnsToken: `https://localhost:${service.port}`,
        twilio: '',
      },
      ca: [service.ca],
      tokenShelf: createMemoryShelf(),
      safeLookup: createSafeLookup({
        allowPrivate: [host, `localhost:${service.port}`],
        resolve: async () => ({ address: '127.0.0.1', family: 4, port: service.port }),
      }),
      timeoutMs: 5_000,
      ...more,
    }),
  )
  return { lane, service, tokenRequests, pushes }
}

let serial = 0
function parcelTo(token: string): Parcel {
  const deliveryId = `01890a5d-ac96-8774-8cce-${String(++serial).padStart(12, '0')}`
  const wire = buildWnsPayload(content, {
    deliveryId,
    ttlSeconds: 60,
    expiresAtSeconds: 1_900_000_000,
    priority: 'normal',
  })
  if ('unbuildable' in wire) throw new Error(wire.detail)
  return { deliveryId, address: { token }, wire }
}

const channelUri = (name: string) => `https://${host}/?token=${name}`

describe('the token', () => {
  test('is asked for as Entra wants it', async () => {
    const { lane, tokenRequests } = await start()
    await lane.send([parcelTo(channelUri('a'))])
    expect(tokenRequests[0]).toMatchObject({ path: '/contoso.com/oauth2/v2.0/token' })
    expect(Object.fromEntries(new URLSearchParams(tokenRequests[0]?.body.toString()))).toEqual({
      grant_type: 'client_credentials',
      client_id: credential.client_id,
      client_secret: credential.client_secret,
      scope: 'https://wns.windows.com/.default',
    })
  })

  test('serves many sends', async () => {
    const { lane, tokenRequests, pushes } = await start()
    await Promise.all([lane.send([parcelTo(channelUri('a'))]), lane.send([parcelTo(channelUri('b'))])])
    await lane.send([parcelTo(channelUri('c'))])
    expect(tokenRequests).toHaveLength(1)
    expect(pushes).toHaveLength(3)
  })

  test('is renewed once when it is refused, and only what was refused goes again', async () => {
    const { lane, tokenRequests, pushes } = await start({
      channel: (token, { path }) => ({
        status: token === 'token-1' && !path.endsWith('dead') ? 401 : path.endsWith('dead') ? 410 : 200,
      }),
    })
    const verdicts = await lane.send(['a', 'dead', 'b'].map((name) => parcelTo(channelUri(name))))
    expect(verdicts.map(({ class: found }) => found)).toEqual(['accepted', 'token_dead', 'accepted'])
    expect(tokenRequests).toHaveLength(2)
    expect(pushes.map(({ path }) => path).sort()).toEqual([
      '/?token=a',
      '/?token=a',
      '/?token=b',
      '/?token=b',
      '/?token=dead',
    ])
  })

  test('that is refused although it is new breaks the lane, after one more try', async () => {
    const { lane, tokenRequests, pushes } = await start({ channel: () => ({ status: 401 }) })
    expect(await lane.send([parcelTo(channelUri('a'))])).toMatchObject([
      { class: 'auth_broken', status: 401 },
    ])
    expect(tokenRequests).toHaveLength(2)
    expect(pushes).toHaveLength(2)
  })

  test.each([
    [401, 'invalid_client', 'auth_broken'],
    [503, 'server_error', 'retry'],
  ])('that Entra does not give (%d %s) means %s for all, and WNS is not called', async (status, error, expected) => {
    const { lane, pushes } = await start({ entra: () => ({ status, body: JSON.stringify({ error }) }) })
    const verdicts = await lane.send([parcelTo(channelUri('a')), parcelTo(channelUri('b'))])
    expect(verdicts).toMatchObject(Array(2).fill({ class: expected, status, code: error }))
    expect(pushes).toHaveLength(0)
  })

  test('that cannot be renewed for now leaves what was refused for later', async () => {
    const { lane } = await start({
      channel: () => ({ status: 401 }),
      entra: (n) => (n === 1 ? issued(n) : { status: 500 }),
    })
    expect(await lane.send([parcelTo(channelUri('a'))])).toMatchObject([{ class: 'retry', status: 500 }])
  })
})

describe('a notification', () => {
  test('goes over HTTP/1.1 with its length, its headers and its text', async () => {
    const { lane, pushes } = await start({
      channel: () => ({ status: 200, headers: { 'X-WNS-Msg-ID': '4D' } }),
    })
    const parcel = parcelTo(channelUri('a%2fb'))
    expect(await lane.send([parcel])).toMatchObject([{ class: 'accepted', providerId: '4D' }])
    const [seen] = pushes
    expect(seen).toMatchObject({ httpVersion: '1.1', authority: host, path: '/?token=a%2fb' })
    expect(seen?.headers).toMatchObject({
      ...parcel.wire.headers,
      authorization: 'Bearer token-1',
      'content-length': String(parcel.wire.sizeBytes),
    })
    expect(seen?.headers['transfer-encoding']).toBeUndefined()
    expect(seen?.body.toString()).toBe(parcel.wire.body)
  })

  test('gets its own answer among many, over at most 20 connections', async () => {
    const { lane, service } = await start({
      channel: (_, { path }) => ({ status: Number(path.slice(-1)) % 2 === 0 ? 200 : 404 }),
    })
    const verdicts = await lane.send(Array.from({ length: 60 }, (_, i) => parcelTo(channelUri(String(i)))))
    expect(verdicts.map(({ class: found }) => found)).toEqual(
      Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 'accepted' : 'token_dead')),
    )
    expect(service.connections()).toBeLessThanOrEqual(21)
  })
})

describe('the access token goes to nobody but WNS', () => {
  test.each([
    'https://push.example.net/?token=a',
    'https://evilnotify.windows.com/?token=a',
    'https://notify.windows.com/?token=a',
    'https://db5p.notify.windows.com.evil.example/?token=a',
    'https://db5p.notify.windows.com@evil.example/?token=a',
    `http://${host}/?token=a`,
    'http://localhost/?token=a',
    'not an address',
  ])('%s is refused', async (address) => {
    // Every name may be called here, so that nothing but the rule about hosts refuses.
    const safeLookup: LaneOptions['safeLookup'] = async () => ({
      address: '127.0.0.1',
      family: 4,
      port: service.port,
    })
    const { lane, pushes, service } = await start({}, { safeLookup })
    const verdicts = await lane.send([parcelTo(address), parcelTo(channelUri('a'))])
    expect(verdicts).toMatchObject([{ class: 'target_refused', status: null }, { class: 'accepted' }])
    expect(pushes).toHaveLength(1)
  })

  test('a name of WNS that leads to a private address is refused as well', async () => {
    const safeLookup = createSafeLookup({
      allowPrivate: [],
      resolve: async () => ({ address: '10.0.0.1', family: 4 }),
    })
    const { lane } = await start({}, { safeLookup })
    expect(await lane.send([parcelTo(channelUri('a'))])).toMatchObject([{ class: 'target_refused' }])
  })

  test('a host that the operator listed is called like WNS', async () => {
    const { lane, service } = await start()
    const parcel = parcelTo(`https://localhost:${service.port}/?token=a`)
    expect(await lane.send([parcel])).toMatchObject([{ class: 'accepted' }])
  })
})
