import type { Environment } from '@carillon/contract'
import type { Answer, Headers, Sender, SendRequest } from '@carillon/http2-sender'
import type { Lane, LaneOptions, Parcel, SendOptions, Verdict } from '../channel.ts'
import { openSender } from '../open-sender.ts'
import { createSameHeaders } from '../same-headers.ts'
import type { ApnsCredential } from './credential.ts'
import { createProviderAuthorization } from './jwt.ts'
import { type PushType, pushTypes } from './limits.ts'
import { apnsVerdict } from './outcome.ts'

/** Apple takes several; more than one are opened only where the way there is so long that one does not keep up. */
const maxConnections = 8
/** Apple allows about 1,000 streams; beyond this only memory grows. */
const maxInFlight = 500

/** Sends to APNs for one app and environment, with a signing key or a client certificate. */
export function openApnsLane(credential: ApnsCredential, options: LaneOptions): Lane {
  const endpoint = new URL(
    options.environment === 'production' ? options.endpoints.apns : options.endpoints.apnsSandbox,
  )
  const sender = openApns(endpoint, credential, options)
  const provider =
    credential.auth === 'token' ? createProviderAuthorization(credential, options.tokenShelf) : null
  const sameHeaders = createSameHeaders()
  const pathPrefix = `${endpoint.pathname.replace(/\/$/, '')}/3/device/`

  async function send(parcels: readonly Parcel[], how?: SendOptions): Promise<Verdict[]> {
    const verdicts = new Array<Verdict>(parcels.length)
    const open: number[] = []
    parcels.forEach((parcel, index) => {
      const refusal = refusalOf(parcel, credential)
      if (refusal === null) open.push(index)
      else verdicts[index] = refusal
    })
    const authorization = await provider?.current(options.now())
    const round = { parcels, verdicts, how }
    await deliver(round, open, authorization)
    await deliverAgain(round, authorization)
    return verdicts
  }

  /** Sends the parcels at `places` and writes their verdicts there. */
  async function deliver(
    { parcels, verdicts, how }: Round,
    places: readonly number[],
    authorization: string | undefined,
  ): Promise<void> {
    const envelope = { pathPrefix, bundleId: credential.bundle_id, authorization, sameHeaders }
    const requests = places.map((place) => requestOf(parcels[place] as Parcel, envelope))
    const answers = await sender.send(requests, how)
    const nowMs = options.now()
    places.forEach((place, i) => {
      verdicts[place] = apnsVerdict(answers[i] as Answer, nowMs)
    })
    // The connection stays bound to the key family of its first push.
    if (verdicts.some(({ code }) => code === 'UnrelatedKeyIdInToken')) sender.reconnect()
  }

  /** Apple called the token expired: one new token, one more try, on a connection that never saw the old one. */
  async function deliverAgain(round: Round, rejected: string | undefined): Promise<void> {
    const { verdicts } = round
    const places = expiredPlaces(verdicts)
    if (places.length === 0 || rejected === undefined || !provider) return
    const authorization = await provider.renewed(rejected, options.now())
    if (authorization !== null) {
      sender.reconnect()
      await deliver(round, places, authorization)
    }
    for (const place of expiredPlaces(verdicts)) verdicts[place] = clockSkew
  }

  return {
    send,
    isOneService: true,
    otherEnvironment: otherEnvironmentOf(credential, options),
    [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
  }
}

function openApns(endpoint: URL, credential: ApnsCredential, options: LaneOptions): Sender {
  return openSender(options, {
    origin: endpoint.origin,
    protocols: ['h2'],
    // Apple: ":path and authorization as literal header fields without indexing".
    unindexed: ['authorization'],
    maxInFlight,
    maxConnections,
    pfx:
      credential.auth === 'certificate'
        ? { data: Buffer.from(credential.certificate, 'base64'), passphrase: credential.passphrase }
        : undefined,
  })
}

/** A key is good for both environments; a certificate belongs to one. */
function otherEnvironmentOf({ auth }: ApnsCredential, { environment }: LaneOptions): Environment | undefined {
  if (auth !== 'token') return undefined
  return environment === 'production' ? 'sandbox' : 'production'
}

/** What Apple would surely refuse is refused here: it counts refusals against the connection and the key. */
function refusalOf({ address, wire }: Parcel, credential: ApnsCredential): Verdict | null {
  if (!isDeviceToken(address.token)) {
    return refusal('token_wrong_context', 'BadDeviceToken', 'The token is not hexadecimal; it was not sent.')
  }
  const topic = topicOf(credential.bundle_id, wire.headers)
  if (credential.auth === 'certificate' && !credential.topics.includes(topic)) {
    return refusal('message_bad', 'TopicDisallowed', `The certificate does not cover the topic ${topic}.`)
  }
  return null
}

function refusal(verdictClass: Verdict['class'], code: string, detail: string): Verdict {
  return { class: verdictClass, status: null, code, detail }
}

/** Of any length: Apple changes it now and then. */
export function isDeviceToken(token: string): boolean {
  return token.length % 2 === 0 && /^[0-9a-f]+$/i.test(token)
}

interface Envelope {
  pathPrefix: string
  bundleId: string
  authorization: string | undefined
  sameHeaders: (headers: Headers) => Headers
}

interface Round {
  parcels: readonly Parcel[]
  verdicts: Verdict[]
  how: SendOptions | undefined
}

function requestOf(
  { address, wire }: Parcel,
  { pathPrefix, bundleId, authorization, sameHeaders }: Envelope,
): SendRequest {
  const {
    'apns-id': id = '',
    'apns-collapse-id': collapseId,
    'apns-push-type': pushType = '',
    'apns-priority': priority = '',
    'apns-expiration': expiration = '',
  } = wire.headers
  const common = {
    'apns-push-type': pushType,
    'apns-priority': priority,
    'apns-expiration': expiration,
    'apns-topic': topicOf(bundleId, wire.headers),
  }
  return {
    path: pathPrefix + address.token.toLowerCase(),
    shared: sameHeaders(authorization === undefined ? common : { ...common, authorization }),
    headers: collapseId === undefined ? { 'apns-id': id } : { 'apns-id': id, 'apns-collapse-id': collapseId },
    body: wire.body,
  }
}

function topicOf(bundleId: string, headers: Parcel['wire']['headers']): string {
  return bundleId + pushTypes[headers['apns-push-type'] as PushType].topicSuffix
}

function expiredPlaces(verdicts: readonly Verdict[]): number[] {
  return verdicts.flatMap((verdict, place) => (verdict.class === 'auth_refresh' ? [place] : []))
}

const clockSkew: Verdict = {
  class: 'auth_broken',
  status: 403,
  code: 'ExpiredProviderToken',
  detail:
    "Apple calls a token expired that was made less than 20 minutes ago: this server's clock differs from " +
    "Apple's. Set the clock; queued messages wait.",
}
