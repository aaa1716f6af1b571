import { fieldsOf, parseJson } from '../phones/notification.ts'
import type { Refusal } from '../wire/serve-provider.ts'
import { fieldError, sizeError } from './errors.ts'
import { sendRequest } from './message-rules.ts'
import { payloadBytes } from './rules.ts'

const targets = ['token', 'fid', 'topic', 'condition'] as const

export interface CheckedMessage {
  target: { kind: (typeof targets)[number]; value: string }
  message: Record<string, unknown>
  isValidateOnly: boolean
}

const MAX_BYTES = 4096
const MAX_TOPIC_BYTES = 2048

/** The body of a send request, or why it is refused before anybody looks at the device. */
export function checkMessage(body: Buffer): { checked: CheckedMessage } | { refusal: Refusal } {
  const request = parseJson(body.toString())
  const violation = sendRequest(request, '')
  if (violation) return { refusal: fieldError(violation) }
  const { message: given, validate_only, validateOnly } = fieldsOf(request)
  const message = fieldsOf(given)
  const kinds = targets.filter((kind) => message[kind] !== undefined && message[kind] !== null)
  const [kind] = kinds
  if (kind === undefined) return { refusal: targetError('Recipient of the message is not set.') }
  if (kinds.length > 1)
    return { refusal: targetError("Invalid value (oneof), oneof field 'target' is already set.") }
  const limit = kind === 'topic' || kind === 'condition' ? MAX_TOPIC_BYTES : MAX_BYTES
  // The body as a whole is never smaller than what is counted.
  if (body.length > limit && largestPart(message) > limit) return { refusal: sizeError() }
  const target = { kind, value: String(message[kind]) }
  return { checked: { target, message, isValidateOnly: (validate_only ?? validateOnly) === true } }
}

const targetError = (description: string) => fieldError({ field: 'message', description })

/** What each platform's devices would get is counted apart. */
function largestPart({ data, notification, android, webpush, apns }: Record<string, unknown>): number {
  const everywhere = payloadBytes(data) + payloadBytes(notification)
  const ownOf = (config: unknown) =>
    payloadBytes(fieldsOf(config).data) + payloadBytes(fieldsOf(config).notification)
  const payload = fieldsOf(apns).payload
  return Math.max(
    everywhere + ownOf(android),
    everywhere + ownOf(webpush),
    payload === undefined ? 0 : Buffer.byteLength(JSON.stringify(payload)),
  )
}
