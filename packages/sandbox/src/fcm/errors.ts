import type { Refusal } from '../wire/serve-provider.ts'

/** https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode, with the rpc status each one comes in. */
const errorCodes = {
  INVALID_ARGUMENT: {
    http: 400,
    status: 'INVALID_ARGUMENT',
    message: 'Request contains an invalid argument.',
  },
  UNREGISTERED: { http: 404, status: 'NOT_FOUND', message: 'Requested entity was not found.' },
  SENDER_ID_MISMATCH: { http: 403, status: 'PERMISSION_DENIED', message: 'SenderId mismatch' },
  QUOTA_EXCEEDED: {
    http: 429,
    status: 'RESOURCE_EXHAUSTED',
    message: 'Quota exceeded for sending messages.',
  },
  UNAVAILABLE: { http: 503, status: 'UNAVAILABLE', message: 'The service is currently unavailable.' },
  INTERNAL: { http: 500, status: 'INTERNAL', message: 'Internal error encountered.' },
  THIRD_PARTY_AUTH_ERROR: {
    http: 401,
    status: 'UNAUTHENTICATED',
    message: 'Auth error from APNS or Web Push Service',
  },
} as const

export type FcmErrorCode = keyof typeof errorCodes

export interface FieldViolation {
  field: string
  description: string
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=UTF-8' }
const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError'
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest'

/** An error of FCM itself, recognisable by its `FcmError` detail. */
export function fcmError(errorCode: FcmErrorCode, retryAfterSeconds?: number): Refusal {
  const { http, status, message } = errorCodes[errorCode]
  const details = [{ '@type': FCM_ERROR, errorCode }]
  return refusal(errorCode, { http, status, message, details, retryAfterSeconds })
}

/** A field that is wrong. Only the token's own fields come with the `FcmError` detail as well. */
export function fieldError(violation: FieldViolation): Refusal {
  const { http, status } = errorCodes.INVALID_ARGUMENT
  const isAddress = violation.field === 'message.token' || violation.field === 'message.fid'
  const details = [
    ...(isAddress ? [{ '@type': FCM_ERROR, errorCode: 'INVALID_ARGUMENT' }] : []),
    { '@type': BAD_REQUEST, fieldViolations: [violation] },
  ]
  return refusal('INVALID_ARGUMENT', { http, status, message: violation.description, details })
}

/** A message that is too large is refused without any detail. */
export function sizeError(): Refusal {
  const { http, status } = errorCodes.INVALID_ARGUMENT
  return refusal('INVALID_ARGUMENT', { http, status, message: 'Message is too big.' })
}

/** An error of Google's front end, which knows nothing of FCM. */
export const frontErrors = {
  unauthenticated: () =>
    refusal('UNAUTHENTICATED', {
      http: 401,
      status: 'UNAUTHENTICATED',
      message: 'Request had invalid authentication credentials. Expected OAuth 2 access token.',
    }),
  permissionDenied: () =>
    refusal('PERMISSION_DENIED', {
      http: 403,
      status: 'PERMISSION_DENIED',
      message: "Permission 'cloudmessaging.messages.create' denied on resource.",
    }),
  notFound: () =>
    refusal('NOT_FOUND', { http: 404, status: 'NOT_FOUND', message: 'Requested entity was not found.' }),
}

/** The error code that a fault with only a status is given. */
const usualCodes: Record<number, FcmErrorCode> = {
  400: 'INVALID_ARGUMENT',
  404: 'UNREGISTERED',
  429: 'QUOTA_EXCEEDED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
}

const badGateway: Refusal = {
  reason: 'BAD_GATEWAY',
  answer: {
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: `<!DOCTYPE html>
<html lang=en><title>Error 502 (Server Error)!!1</title>
<p><b>502.</b> The server encountered a temporary error and could not complete your request.</p></html>
`,
  },
}

/** An answer with this status; 502 is the HTML page of a front end that could not reach FCM. */
export function failFcm(status: number, reason?: string, retryAfterSeconds?: number): Refusal {
  if (status === 502) return badGateway
  if (reason === undefined && status === 401) return frontErrors.unauthenticated()
  if (reason === undefined && status === 403) return frontErrors.permissionDenied()
  const code = reason ?? usualCodes[status] ?? 'UNSPECIFIED_ERROR'
  const known = isErrorCode(code) ? errorCodes[code] : { status: 'UNKNOWN', message: code }
  const details = [{ '@type': FCM_ERROR, errorCode: code }]
  return refusal(code, { ...known, http: status, details, retryAfterSeconds })
}

const isErrorCode = (code: string): code is FcmErrorCode => Object.hasOwn(errorCodes, code)

interface GoogleError {
  http: number
  status: string
  message: string
  details?: unknown[]
  retryAfterSeconds?: number
}

function refusal(
  reason: string,
  { http, status, message, details, retryAfterSeconds }: GoogleError,
): Refusal {
  const retryAfter: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  const body = JSON.stringify({ error: { code: http, message, status, details } })
  return { reason, answer: { status: http, headers: { ...JSON_HEADERS, ...retryAfter }, body } }
}
