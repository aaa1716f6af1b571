import { randomBytes } from 'node:crypto'
import type { Accounts } from '../accounts.ts'
import { readWnsPath } from '../device-address.ts'
import type { DeviceTokens } from '../device-token.ts'
import type { Fate, Fates } from '../fate.ts'
import { answerDelayMs } from '../fate.ts'
import type { Judgement, ProviderRequest } from '../wire/exchange.ts'
import type { Emulator, Refusal } from '../wire/serve-provider.ts'
import { checkRequest } from './check-request.ts'
import type { WnsOauth } from './oauth.ts'
import { createWnsOauth } from './oauth.ts'
import { wnsDeliveryId } from './show-wns.ts'

export interface WnsOptions {
  accounts: Accounts
  tokens: DeviceTokens
  fates: Fates
  now(): number
}

/** WNS channels and the token endpoint of their senders. */
export function createWns(options: WnsOptions): Emulator {
  const oauth = createWnsOauth(options)
  const isTokenRequest = (request: ProviderRequest) => oauth.tenantOf(request.path) !== undefined
  return {
    providerOf: (request) => (isTokenRequest(request) ? 'wnsToken' : 'wns'),
    judge: (request) => (isTokenRequest(request) ? oauth.judge(request) : judgePush(request, options, oauth)),
    failWith: (provider, { status, reason, retryAfterSeconds }) =>
      provider === 'wnsToken'
        ? failOauth(status, reason)
        : refusal(status, reason ?? usualReasons[status] ?? 'Error', retryAfterSeconds),
    failExpired: (provider) =>
      provider === 'wnsToken'
        ? failOauth(401, 'invalid_client')
        : refusal(401, 'The access token has expired.'),
  }
}

function judgePush(request: ProviderRequest, { tokens, fates }: WnsOptions, oauth: WnsOauth): Judgement {
  const identity = readWnsPath(tokens.open, request.path)
  if (!identity) return refused(404)
  if (request.method !== 'POST') return refused(405)
  const client = oauth.clientOf(request.headers.authorization)
  if (client === undefined) return refused(401)
  if (!identity.appDigest.equals(tokens.digestOf(client))) return refused(403)
  const fault = checkRequest(request)
  if (fault) return { result: 'refused', ...refusal(fault.status, fault.reason) }
  const payload = request.body.toString()
  const deliveryId = wnsDeliveryId(payload)
  const fate = fates(identity, deliveryId)
  if (fate !== 'accept') return meet(fate)
  const { headers } = request
  const arrival = { identity, app: client, deliveryId, headers, payload }
  return { result: 'accepted', answer: received(request), arrival, delayMs: answerDelayMs(identity) }
}

function received({ headers }: ProviderRequest) {
  const status = {
    'x-wns-status': 'received',
    'x-wns-notificationstatus': 'received',
    'x-wns-msg-id': randomBytes(8).toString('hex').toUpperCase(),
    'x-wns-debug-trace': 'SANDBOX',
  }
  const asked = headers['x-wns-requestforstatus'] === 'true'
  return { status: 200, headers: asked ? { ...status, 'x-wns-deviceconnectionstatus': 'connected' } : status }
}

function meet(fate: Exclude<Fate, 'accept'>): Judgement {
  switch (fate) {
    case 'reset':
    case 'goaway':
      return { result: fate }
    case 'unregistered':
      return refused(410)
    case 'bad_token':
      return refused(404)
    case 'wrong_app':
      return refused(403)
    case 'message_bad':
      return refused(413)
    case 'throttled':
      // WNS says 406, not 429, to a sender that is over its limit.
      return refused(406, 1)
    case 'unavailable':
      return refused(503)
  }
}

/** "Response codes", on the page of request and response headers. */
const usualReasons: Record<number, string> = {
  400: 'One or more headers were specified incorrectly or conflict with another header.',
  401: 'The cloud service did not present a valid authentication ticket.',
  403: 'The cloud service is not authorized to send a notification to this URI.',
  404: 'The channel URI is not valid or is not recognized by WNS.',
  405: 'Invalid method; only POST is allowed.',
  406: 'The cloud service exceeded its throttle limit.',
  410: 'The channel expired.',
  413: 'The notification payload exceeds the 5000 byte size limit.',
  500: 'An internal failure caused notification delivery to fail.',
  503: 'The server is currently unavailable.',
}

function refused(status: number, retryAfterSeconds?: number): Judgement {
  return { result: 'refused', ...refusal(status, usualReasons[status] ?? 'Error', retryAfterSeconds) }
}

function refusal(status: number, reason: string, retryAfterSeconds?: number): Refusal {
  const headers: Record<string, string> = {
    'x-wns-status': status === 406 ? 'channelthrottled' : 'dropped',
    'x-wns-msg-id': randomBytes(8).toString('hex').toUpperCase(),
    'x-wns-error-description': reason,
  }
  if (status === 401) headers['www-authenticate'] = 'Bearer error="invalid_token"'
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds)
  return { reason: String(status), answer: { status, headers } }
}

function failOauth(status: number, reason = status === 401 ? 'invalid_client' : 'server_error'): Refusal {
  const headers = { 'content-type': 'application/json' }
  return { reason, answer: { status, headers, body: JSON.stringify({ error: reason }) } }
}
