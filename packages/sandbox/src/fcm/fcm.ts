import { randomBytes } from 'node:crypto'
import type { Accounts } from '../accounts.ts'
import { readFcmToken, readFid } from '../device-address.ts'
import type { DeviceTokens } from '../device-token.ts'
import type { Fate, Fates } from '../fate.ts'
import { answerDelayMs } from '../fate.ts'
import type { Judgement, ProviderRequest } from '../wire/exchange.ts'
import type { Emulator, Refusal } from '../wire/serve-provider.ts'
import type { CheckedMessage } from './check-message.ts'
import { checkMessage } from './check-message.ts'
import { failFcm, fcmError, fieldError, frontErrors, sizeError } from './errors.ts'
import { createFcmOauth } from './oauth.ts'
import { fcmDeliveryId } from './show-fcm.ts'

export const FCM_TOKEN_PATH = '/token'
const SEND_PATH = /^\/v1\/projects\/([^/]+)\/messages:send$/
const JSON_HEADERS = { 'content-type': 'application/json; charset=UTF-8' }

export interface FcmOptions {
  accounts: Accounts
  tokens: DeviceTokens
  fates: Fates
  tokenUri(): string
  now(): number
}

/** FCM HTTP v1 and the OAuth endpoint of its service accounts. */
export function createFcm(options: FcmOptions): Emulator {
  const oauth = createFcmOauth(options)
  const isTokenRequest = (request: ProviderRequest) => request.path === FCM_TOKEN_PATH
  return {
    providerOf: (request) => (isTokenRequest(request) ? 'fcmToken' : 'fcm'),
    judge: (request) =>
      isTokenRequest(request) ? oauth.judge(request) : judgeSend(request, options, oauth.projectOf),
    failWith: (provider, { status, reason, retryAfterSeconds }) =>
      provider === 'fcmToken' ? failOauth(status, reason) : failFcm(status, reason, retryAfterSeconds),
    failExpired: (provider) =>
      provider === 'fcmToken' ? failOauth(400, 'invalid_grant') : frontErrors.unauthenticated(),
  }
}

type ProjectOf = (authorization: string | undefined) => string | undefined

function judgeSend(request: ProviderRequest, options: FcmOptions, projectOf: ProjectOf): Judgement {
  const projectId = SEND_PATH.exec(request.path)?.[1]
  if (projectId === undefined || request.method !== 'POST') return refused(frontErrors.notFound())
  const sender = projectOf(request.headers.authorization)
  if (sender === undefined) return refused(frontErrors.unauthenticated())
  if (!options.accounts.hasFcmProject(projectId)) return refused(frontErrors.notFound())
  if (sender !== projectId) return refused(frontErrors.permissionDenied())
  const found = checkMessage(request.body)
  if ('refusal' in found) return refused(found.refusal)
  const { target } = found.checked
  if (target.kind === 'topic' || target.kind === 'condition') return accepted(projectId, found.checked)
  return judgeDevice(request, { projectId, checked: found.checked, options })
}

interface Send {
  projectId: string
  checked: CheckedMessage
  options: FcmOptions
}

function judgeDevice(request: ProviderRequest, { projectId, checked, options }: Send): Judgement {
  const { kind, value } = checked.target
  const identity = (kind === 'fid' ? readFid : readFcmToken)(options.tokens.open, value)
  if (!identity) return refused(addressError(kind))
  if (!identity.appDigest.equals(options.tokens.digestOf(projectId)))
    return refused(fcmError('SENDER_ID_MISMATCH'))
  const deliveryId = fcmDeliveryId(checked.message)
  const fate = options.fates(identity, deliveryId)
  if (fate !== 'accept') return meet(fate, kind)
  if (checked.isValidateOnly) return accepted(projectId, checked)
  const { headers } = request
  const arrival = { identity, app: projectId, deliveryId, headers, payload: checked.message }
  return { ...accepted(projectId, checked), arrival, delayMs: answerDelayMs(identity) }
}

type Kind = CheckedMessage['target']['kind']

function meet(fate: Exclude<Fate, 'accept'>, kind: Kind): Judgement {
  switch (fate) {
    case 'reset':
    case 'goaway':
      return { result: fate }
    case 'unregistered':
      return refused(fcmError('UNREGISTERED'))
    case 'bad_token':
      return refused(addressError(kind))
    case 'wrong_app':
      return refused(fcmError('SENDER_ID_MISMATCH'))
    case 'message_bad':
      return refused(sizeError())
    case 'throttled':
      return refused(fcmError('QUOTA_EXCEEDED', 1))
    case 'unavailable':
      return refused(fcmError('UNAVAILABLE'))
  }
}

const addressError = (kind: Kind) =>
  fieldError({
    field: `message.${kind}`,
    description: 'The registration token is not a valid FCM registration token',
  })

const refused = (refusal: Refusal): Judgement => ({ result: 'refused', ...refusal })

function accepted(projectId: string, { isValidateOnly }: CheckedMessage): Judgement & { result: 'accepted' } {
  const id = isValidateOnly ? 'fake_message_id' : `0:${Date.now()}%${randomBytes(8).toString('hex')}`
  const body = JSON.stringify({ name: `projects/${projectId}/messages/${id}` })
  return { result: 'accepted', answer: { status: 200, headers: JSON_HEADERS, body } }
}

function failOauth(status: number, reason?: string): Refusal {
  const error =
    reason ?? (status === 400 ? 'invalid_grant' : status === 401 ? 'invalid_client' : 'internal_failure')
  const headers = { 'content-type': 'application/json' }
  return { reason: error, answer: { status, headers, body: JSON.stringify({ error }) } }
}
