import { randomUUID } from 'node:crypto'
import type { Accounts } from '../accounts.ts'
import { readApnsToken } from '../device-address.ts'
import type { DeviceIdentity, DeviceTokens } from '../device-token.ts'
import type { Fate, Fates } from '../fate.ts'
import { answerDelayMs } from '../fate.ts'
import type { Connection, Judgement, ProviderRequest } from '../wire/exchange.ts'
import type { Emulator, Refusal } from '../wire/serve-provider.ts'
import type { Environment } from '../words.ts'
import { checkHeaders, textOf } from './check-headers.ts'
import type { Payload } from './check-payload.ts'
import { checkPayload } from './check-payload.ts'
import type { TokenUpdates } from './provider-token.ts'
import { createProviderTokens } from './provider-token.ts'
import type { PushCertificate } from './push-certificate.ts'
import { readPushCertificate } from './push-certificate.ts'
import type { PushType } from './push-types.ts'
import type { ApnsReason } from './reasons.ts'
import { statusOfReason, usualReason } from './reasons.ts'
import { apnsDeliveryId } from './show-apns.ts'

export interface ApnsOptions {
  environment: Environment
  accounts: Accounts
  tokens: DeviceTokens
  fates: Fates
  updates: TokenUpdates
  now(): number
  /** Open one stream only until a client has shown a valid token; otherwise 1,000 from the start. */
  opensOneStreamFirst: boolean
}

const PATH = '/3/device/'
/** What Apple's own service allows, as far as has been seen. */
export const STREAMS_OF_PROVEN_CLIENT = 1000
const TOPIC = /^[\w.-]{1,255}$/

/** One environment of APNs, as "Sending notification requests to APNs" describes it. */
export function createApns(options: ApnsOptions): Emulator {
  const authorize = createAuthorize(options)
  return {
    providerOf: () => (options.environment === 'production' ? 'apns' : 'apnsSandbox'),
    judge: (request) => {
      const found = check(request, options, authorize)
      return 'reason' in found
        ? refuse(request, found.reason, found.invalidSince)
        : settle(request, found, options)
    },
    failWith: (_provider, { status, reason, retryAfterSeconds }) =>
      failure(status, reason ?? usualReason(status), retryAfterSeconds),
    failExpired: () => failure(403, 'ExpiredProviderToken'),
  }
}

interface Push {
  app: string
  payload: Payload
  identity: DeviceIdentity
}

type Found = Push | { reason: ApnsReason; invalidSince?: number }

/** The checks in the order in which a mistake would be met: address, sender, headers, topic, payload, device. */
function check(request: ProviderRequest, options: ApnsOptions, authorize: Authorize): Found {
  if (!request.path.startsWith(PATH)) return { reason: 'BadPath' }
  if (request.method !== 'POST') return { reason: 'MethodNotAllowed' }
  const deviceToken = request.path.slice(PATH.length)
  if (deviceToken === '') return { reason: 'MissingDeviceToken' }
  const sender = authorize(request)
  if ('reason' in sender) return sender
  const pushType = checkHeaders(request)
  if (typeof pushType === 'string') return { reason: pushType }
  const identity = readApnsToken(options.tokens.open, deviceToken)
  const topic = textOf(request.headers, 'apns-topic') ?? sender.onlyTopic
  const topicFault = checkTopic({ topic, pushType, sender, identity, options })
  if (topic === undefined || topicFault) return { reason: topicFault ?? 'MissingTopic' }
  const payload = checkPayload(request.body, pushType, topic)
  if (typeof payload === 'string') return { reason: payload }
  if (identity?.environment !== options.environment) return { reason: 'BadDeviceToken' }
  const app = withoutSuffix(topic, pushType)
  if (!identity.appDigest.equals(options.tokens.digestOf(app))) return { reason: 'DeviceTokenNotForTopic' }
  return { app, payload, identity }
}

interface TopicQuestion {
  topic: string | undefined
  pushType: PushType
  sender: Sender
  identity: DeviceIdentity | undefined
  options: ApnsOptions
}

function checkTopic({ topic, pushType, sender, identity, options }: TopicQuestion): ApnsReason | undefined {
  if (topic === undefined) return 'MissingTopic'
  if (!TOPIC.test(topic) || !topic.endsWith(pushType.topicSuffix)) return 'BadTopic'
  if (sender.certifiedTopics) return sender.certifiedTopics.includes(topic) ? undefined : 'TopicDisallowed'
  const app = withoutSuffix(topic, pushType)
  const owner = options.accounts.bundleOwner(app)
  // An app that a token was made for is known, even where its minting has been forgotten.
  if (owner === undefined && identity?.appDigest.equals(options.tokens.digestOf(app))) return undefined
  return owner === sender.teamId ? undefined : 'TopicDisallowed'
}

const withoutSuffix = (topic: string, { topicSuffix }: PushType) =>
  topic.slice(0, topic.length - topicSuffix.length)

type Sender = { teamId?: string; certifiedTopics?: string[]; onlyTopic?: string }
type Authorize = (request: ProviderRequest) => Sender | { reason: ApnsReason }

/** A provider token where one is sent, else the connection's client certificate. */
function createAuthorize(options: ApnsOptions): Authorize {
  const providerTokens = createProviderTokens(options)
  const proven = new WeakSet<Connection>()
  const certificates = new WeakMap<Connection, PushCertificate>()
  return ({ headers, connection }) => {
    const { peer } = connection
    if (headers.authorization === undefined && peer) {
      if (!peer.isTrusted) return { reason: 'BadCertificate' }
      const known = certificates.get(connection) ?? readPushCertificate(peer.certificate)
      certificates.set(connection, known)
      return senderOf(known, options.environment)
    }
    const checked = providerTokens.check(headers.authorization, connection)
    if ('reason' in checked) return checked
    if (options.opensOneStreamFirst && !proven.has(connection)) {
      proven.add(connection)
      connection.allowStreams(STREAMS_OF_PROVEN_CLIENT)
    }
    return { teamId: checked.token.key.teamId }
  }
}

function senderOf(
  { topics, environments }: PushCertificate,
  environment: Environment,
): ReturnType<Authorize> {
  if (topics.length === 0) return { reason: 'BadCertificate' }
  if (!environments.includes(environment)) return { reason: 'BadCertificateEnvironment' }
  return { certifiedTopics: topics, onlyTopic: topics.length === 1 ? topics[0] : undefined }
}

function settle(request: ProviderRequest, { identity, payload, app }: Push, options: ApnsOptions): Judgement {
  const deliveryId = apnsDeliveryId(payload)
  const fate = options.fates(identity, deliveryId ?? textOf(request.headers, 'apns-id'))
  if (fate !== 'accept') return meet(fate, request, identity)
  const arrival = { identity, app, deliveryId, headers: request.headers, payload }
  const headers = idHeaders(request, options.environment)
  return { result: 'accepted', answer: { status: 200, headers }, arrival, delayMs: answerDelayMs(identity) }
}

function meet(fate: Exclude<Fate, 'accept'>, request: ProviderRequest, identity: DeviceIdentity): Judgement {
  switch (fate) {
    case 'reset':
    case 'goaway':
      return { result: fate }
    case 'unregistered':
      return refuse(request, 'Unregistered', identity.setting)
    case 'bad_token':
      return refuse(request, 'BadDeviceToken')
    case 'wrong_app':
      return refuse(request, 'DeviceTokenNotForTopic')
    case 'message_bad':
      return refuse(request, 'PayloadTooLarge')
    case 'throttled':
      return withRetryAfter(refuse(request, 'TooManyRequests'), 1)
    case 'unavailable':
      return refuse(request, 'ServiceUnavailable')
  }
}

function refuse(request: ProviderRequest, reason: ApnsReason, invalidSince?: number): Judgement & Refusal {
  const body = JSON.stringify({ reason, timestamp: invalidSince })
  const headers = { 'apns-id': idOf(request) }
  return { result: 'refused', reason, answer: { status: statusOfReason[reason], headers, body } }
}

function withRetryAfter<T extends Refusal>(refusal: T, seconds: number): T {
  const headers = { ...refusal.answer.headers, 'retry-after': String(seconds) }
  return { ...refusal, answer: { ...refusal.answer, headers } }
}

function failure(status: number, reason: string, retryAfterSeconds?: number): Refusal {
  const timestamp = status === 410 ? Date.now() : undefined
  const refusal = {
    reason,
    answer: { status, headers: { 'apns-id': randomUUID() }, body: JSON.stringify({ reason, timestamp }) },
  }
  return retryAfterSeconds === undefined ? refusal : withRetryAfter(refusal, retryAfterSeconds)
}

/** `apns-unique-id` is given by the development environment only. */
function idHeaders(request: ProviderRequest, environment: Environment): Record<string, string> {
  const id = { 'apns-id': idOf(request) }
  return environment === 'sandbox' ? { ...id, 'apns-unique-id': randomUUID() } : id
}

const idOf = (request: ProviderRequest) => textOf(request.headers, 'apns-id') ?? randomUUID()
