import { parseJson } from '../phones/notification.ts'
import type { PushType } from './push-types.ts'
import type { ApnsReason } from './reasons.ts'

export type Payload = Record<string, unknown>

/** The payload as an object, or why APNs does not take it. */
export function checkPayload(body: Buffer, pushType: PushType, topic: string): Payload | ApnsReason {
  if (body.length === 0) return 'PayloadEmpty'
  if (body.length > pushType.maxPayloadBytes) return 'PayloadTooLarge'
  const payload = parseJson(body.toString())
  if (!isObject(payload)) return 'BadRequestPayload'
  // A wallet pass is told to update with an empty object and with nothing else.
  if (!pushType.fits || topic.startsWith('pass.')) return payload
  if (!isObject(payload.aps)) return 'BadRequestPayload'
  return pushType.fits(payload.aps) ? payload : 'InvalidPushType'
}

const isObject = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
