import { splitSms } from '@carillon/contract'
import type { DeliveryOptions, RenderedContent, Unbuildable, WirePayload } from '../channel.ts'
import { mostSegments, segmentBytes } from './limits.ts'

/** Longer than two days no network keeps a text (usual; GSM allows 63 weeks). */
const longestValiditySeconds = 172_800
/** Twilio refuses less, and so would a text be gone before a phone answers. */
const shortestValiditySeconds = 60

/**
 * The text as it is sent, by whatever provider. Its size is that of its segments, which are paid for whole: 140 bytes
 * each. What a provider makes of it (form or PDU) is the lane's affair.
 */
export function buildSmsPayload(
  { sms = {}, body, silent }: RenderedContent,
  { ttlSeconds }: DeliveryOptions,
): WirePayload | Unbuildable {
  if (sms.enabled === false) return notApplicable('SMS is switched off in this message.')
  if (silent) return notApplicable('Silent messages are for iOS and Android only.')
  const text = (body ?? '').trim()
  if (text === '') return { unbuildable: 'render_error', detail: 'A text message needs a body.' }
  const { encoding, parts } = splitSms(text)
  const most = sms.max_segments ?? mostSegments
  return {
    headers: {
      ...(sms.from === undefined ? {} : { from: sms.from }),
      encoding,
      segments: String(parts.length),
      'validity-seconds': String(validitySeconds(ttlSeconds)),
    },
    body: text,
    sizeBytes: parts.length * segmentBytes,
    limitBytes: most * segmentBytes,
    size: `The text makes ${parts.length} SMS segments, ${most} are allowed.`,
  }
}

function validitySeconds(ttlSeconds: number): number {
  return Math.min(Math.max(ttlSeconds, shortestValiditySeconds), longestValiditySeconds)
}

function notApplicable(detail: string): Unbuildable {
  return { unbuildable: 'not_applicable', detail }
}
