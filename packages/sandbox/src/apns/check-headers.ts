import type { ProviderRequest } from '../wire/exchange.ts'
import type { PushType } from './push-types.ts'
import { pushTypes } from './push-types.ts'
import type { ApnsReason } from './reasons.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const EPOCH_SECONDS = /^\d{1,10}$/
const MAX_COLLAPSE_ID_BYTES = 64

export type Headers = ProviderRequest['headers']

/** The push type, once everything but sender and topic has been found correct in the headers. */
export function checkHeaders(request: ProviderRequest): PushType | ApnsReason {
  const { headers } = request
  if (request.hasDuplicateHeaders) return 'DuplicateHeaders'
  const id = textOf(headers, 'apns-id')
  if (id !== undefined && !UUID.test(id)) return 'BadMessageId'
  const name = textOf(headers, 'apns-push-type')
  const pushType = name === undefined ? undefined : Object.hasOwn(pushTypes, name) && pushTypes[name]
  if (!name || !pushType) return 'InvalidPushType'
  const expiration = textOf(headers, 'apns-expiration')
  if (expiration !== undefined && !EPOCH_SECONDS.test(expiration)) return 'BadExpirationDate'
  if (name === 'pushtotalk' && expiration !== '0') return 'BadExpirationDate'
  if (!isPriorityOf(name, textOf(headers, 'apns-priority') ?? '10')) return 'BadPriority'
  // Node hands over header values with one character per byte.
  if ((textOf(headers, 'apns-collapse-id')?.length ?? 0) > MAX_COLLAPSE_ID_BYTES) return 'BadCollapseId'
  return pushType
}

function isPriorityOf(pushType: string, priority: string): boolean {
  if (pushType === 'background') return priority === '5'
  if (pushType === 'pushtotalk') return priority === '10'
  return priority === '10' || priority === '5' || priority === '1'
}

export function textOf(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
