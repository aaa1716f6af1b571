import type { Answer, Response } from '@carillon/http2-sender'
import type { Verdict, VerdictClass } from './channel.ts'
import { retryAfterMs } from './retry-after.ts'
import { shortDetail, transportVerdict } from './transport-verdict.ts'

/**
 * Every reason that Apple documents, and a few seen beside. Only the two of 410 may cost a token.
 * https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
 */
const reasonClasses = {
  Unregistered: 'token_dead',
  ExpiredToken: 'token_dead',
  /** Perhaps of the other environment. */
  BadDeviceToken: 'token_wrong_context',
  DeviceTokenNotForTopic: 'token_wrong_context',
  BadCollapseId: 'message_bad',
  BadExpirationDate: 'message_bad',
  BadMessageId: 'message_bad',
  BadPriority: 'message_bad',
  BadTopic: 'message_bad',
  DuplicateHeaders: 'message_bad',
  InvalidPushType: 'message_bad',
  MissingDeviceToken: 'message_bad',
  MissingTopic: 'message_bad',
  PayloadEmpty: 'message_bad',
  BadPath: 'message_bad',
  MethodNotAllowed: 'message_bad',
  PayloadTooLarge: 'message_bad',
  TopicDisallowed: 'auth_broken',
  IdleTimeout: 'retry',
  ExpiredProviderToken: 'auth_refresh',
  InvalidProviderToken: 'auth_broken',
  MissingProviderToken: 'auth_broken',
  BadCertificate: 'auth_broken',
  BadCertificateEnvironment: 'auth_broken',
  Forbidden: 'auth_broken',
  BadEnvironmentKeyIdInToken: 'auth_broken',
  BadEnvironmentKeyInToken: 'auth_broken',
  UnrelatedKeyIdInToken: 'retry',
  TooManyProviderTokenUpdates: 'auth_broken',
  TooManyRequests: 'throttle_target',
  InternalServerError: 'retry',
  ServiceUnavailable: 'retry',
  Shutdown: 'retry',
} as const satisfies Record<string, VerdictClass>

type KnownReason = keyof typeof reasonClasses

/** What APNs said about one notification. */
export function apnsVerdict(answer: Answer, nowMs: number): Verdict {
  if ('failure' in answer) return transportVerdict(answer)
  const { status, headers } = answer
  if (status === 200) return { class: 'accepted', status, code: null, providerId: headers['apns-id'] }
  const { reason, timestamp } = readBody(answer)
  return {
    class: classOf(status, reason),
    status,
    code: reason ?? `HTTP_${status}`,
    detail: reason === undefined && answer.body !== '' ? shortDetail(answer.body) : undefined,
    retryAfterMs: retryAfterMs(headers['retry-after'], nowMs),
    tokenInvalidSinceMs: status === 410 ? timestamp : undefined,
  }
}

/** A reason that nobody knows yet goes by its status and keeps the token. */
function classOf(status: number, reason: string | undefined): VerdictClass {
  if (reason !== undefined && Object.hasOwn(reasonClasses, reason))
    return reasonClasses[reason as KnownReason]
  if (status === 429) return 'throttle_target'
  return status >= 500 ? 'retry' : 'message_bad'
}

/** `timestamp` is in milliseconds here, unlike the seconds of the request's headers. */
function readBody({ body }: Response): { reason?: string; timestamp?: number } {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return {}
  }
  const { reason, timestamp } = (parsed ?? {}) as Record<string, unknown>
  return {
    reason: typeof reason === 'string' ? reason.slice(0, 100) : undefined,
    timestamp: typeof timestamp === 'number' ? timestamp : undefined,
  }
}
