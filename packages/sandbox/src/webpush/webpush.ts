import { randomBytes } from 'node:crypto'
import { putBounded } from '../bounded.ts'
import { openMessage } from '../crypto/aes128gcm.ts'
import { readWebPushPath } from '../device-address.ts'
import type { DeviceIdentity, DeviceTokens } from '../device-token.ts'
import type { Fate, Fates } from '../fate.ts'
import { answerDelayMs } from '../fate.ts'
import { parseJson } from '../phones/notification.ts'
import type { Answer, Judgement, ProviderRequest } from '../wire/exchange.ts'
import type { Emulator, Refusal } from '../wire/serve-provider.ts'
import type { Browsers } from './browsers.ts'
import type { WebPushReason } from './check-headers.ts'
import { checkHeaders, statusOfReason } from './check-headers.ts'
import { webPushDeliveryId } from './show-webpush.ts'
import { subscriberKeys } from './subscriber-keys.ts'
import type { Vapid } from './vapid.ts'
import { createVapid } from './vapid.ts'

export interface WebPushOptions {
  secret: Buffer
  tokens: DeviceTokens
  fates: Fates
  browsers: Browsers
  /** `https://localhost:PORT`, known once the listener has its port. */
  origin(): string
  now(): number
}

const MESSAGE_PATH = '/m/'
const MESSAGES_LIMIT = 10_000

/** A push service (RFC 8030) that holds the keys of its subscribers and therefore can read what they get. */
export function createWebPush(options: WebPushOptions): Emulator {
  const service = { ...options, vapid: createVapid(options), messages: new Map<string, true>() }
  return {
    providerOf: () => 'webpush',
    judge: (request) =>
      request.path.startsWith(MESSAGE_PATH) ? withdraw(request, service) : judgePush(request, service),
    failWith: (_provider, { status, reason, retryAfterSeconds }) =>
      failure(status, reason, retryAfterSeconds),
    failExpired: () => refusal('ExpiredJwtToken'),
  }
}

interface Service extends WebPushOptions {
  vapid: Vapid
  /** The messages that may still be withdrawn, oldest first. */
  messages: Map<string, true>
}

function judgePush(request: ProviderRequest, service: Service): Judgement {
  const identity = readWebPushPath(service.tokens.open, request.path)
  if (!identity) return refused('NotFound')
  if (request.method !== 'POST') return refused('MethodNotAllowed')
  const sender = service.vapid.check(request.headers.authorization)
  if ('reason' in sender) return refused(sender.reason)
  if (!identity.appDigest.equals(service.tokens.digestOf(sender.publicKey)))
    return refused('VapidPkHashMismatch')
  const reason = checkHeaders(request)
  if (reason) return refused(reason)
  if (identity.addressedBy === 'browser') return toBrowser(request, identity, service)
  const opened = request.body.length === 0 ? '' : decrypt(request.body, identity, service)
  if (opened === undefined) return refused('UndecryptablePayload')
  return settle(request, { identity, app: sender.publicKey, payload: parseJson(opened) ?? opened }, service)
}

/** What a real browser gets is not ours to read. */
function toBrowser(
  { headers, body }: ProviderRequest,
  { serial }: DeviceIdentity,
  service: Service,
): Judgement {
  const isThere = service.browsers.deliver(serial, { ttl: String(headers.ttl), body })
  return isThere
    ? { result: 'accepted', answer: created(service, String(headers.ttl)) }
    : refused('Unsubscribed')
}

function decrypt(body: Buffer, identity: DeviceIdentity, { secret }: Service): string | undefined {
  return openMessage(body, subscriberKeys(secret, identity.serial))?.toString()
}

interface Push {
  identity: DeviceIdentity
  app: string
  payload: unknown
}

function settle(request: ProviderRequest, push: Push, service: Service): Judgement {
  const deliveryId = webPushDeliveryId(push.payload)
  const fate = service.fates(push.identity, deliveryId)
  if (fate !== 'accept') return meet(fate)
  const answer = created(service, String(request.headers.ttl))
  const arrival = { ...push, deliveryId, headers: request.headers }
  return {
    result: 'accepted',
    answer,
    arrival,
    delayMs: answerDelayMs(push.identity),
  }
}

function created({ messages, origin }: Service, ttl: string): Answer {
  const id = randomBytes(16).toString('base64url')
  putBounded(messages, MESSAGES_LIMIT, id, true)
  return { status: 201, headers: { location: `${origin()}${MESSAGE_PATH}${id}`, ttl } }
}

function meet(fate: Exclude<Fate, 'accept'>): Judgement {
  switch (fate) {
    case 'reset':
    case 'goaway':
      return { result: fate }
    case 'unregistered':
      return refused('Unsubscribed')
    case 'bad_token':
      return refused('NotFound')
    case 'wrong_app':
      return refused('VapidPkHashMismatch')
    case 'message_bad':
      return refused('PayloadTooLarge')
    case 'throttled':
      return { result: 'refused', ...refusal('TooManyRequests', 1) }
    case 'unavailable':
      return refused('ServiceUnavailable')
  }
}

/** RFC 8030 section 5: DELETE on a message that was not delivered yet. Ours stays withdrawable for a while. */
function withdraw(request: ProviderRequest, { messages }: Service): Judgement {
  if (request.method !== 'DELETE') return refused('MethodNotAllowed')
  const isKnown = messages.delete(request.path.slice(MESSAGE_PATH.length))
  return isKnown ? { result: 'handled', answer: { status: 204 } } : refused('NotFound')
}

const refused = (reason: WebPushReason): Judgement => ({ result: 'refused', ...refusal(reason) })

const refusal = (reason: WebPushReason, retryAfterSeconds?: number) =>
  failure(statusOfReason[reason], reason, retryAfterSeconds)

function failure(status: number, reason = usualReason(status), retryAfterSeconds?: number): Refusal {
  const retryAfter: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  const headers = { 'content-type': 'application/json', ...retryAfter }
  return { reason, answer: { status, headers, body: JSON.stringify({ reason }) } }
}

/** The reason that a fault with only a status is given. */
const usualReason = (status: number): string =>
  Object.entries(statusOfReason).find(([, usual]) => usual === status)?.[0] ?? 'InternalServerError'
