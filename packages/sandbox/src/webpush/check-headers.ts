import type { ProviderRequest } from '../wire/exchange.ts'

/** RFC 8030 sections 5.2 to 5.4 and RFC 8188; the statuses are Mozilla's and Apple's. */
export const statusOfReason = {
  MissingTtl: 400,
  BadTtl: 400,
  BadUrgency: 400,
  BadWebPushTopic: 400,
  BadContentEncoding: 400,
  UndecryptablePayload: 400,
  MissingAuthorization: 401,
  BadAuthorizationHeader: 403,
  BadJwtToken: 403,
  ExpiredJwtToken: 403,
  VapidPkHashMismatch: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  Unsubscribed: 410,
  PayloadTooLarge: 413,
  TooManyRequests: 429,
  InternalServerError: 500,
  ServiceUnavailable: 503,
} as const

export type WebPushReason = keyof typeof statusOfReason

const URGENCY = /^(very-low|low|normal|high)$/
const TOPIC = /^[\w-]{1,32}$/
const MAX_BODY_BYTES = 4096

export function checkHeaders({ headers, body }: ProviderRequest): WebPushReason | undefined {
  const { ttl, urgency, topic } = headers
  if (ttl === undefined) return 'MissingTtl'
  if (typeof ttl !== 'string' || !/^\d+$/.test(ttl)) return 'BadTtl'
  if (urgency !== undefined && !URGENCY.test(String(urgency))) return 'BadUrgency'
  if (topic !== undefined && !TOPIC.test(String(topic))) return 'BadWebPushTopic'
  if (body.length > MAX_BODY_BYTES) return 'PayloadTooLarge'
  if (body.length > 0 && headers['content-encoding'] !== 'aes128gcm') return 'BadContentEncoding'
  return undefined
}
