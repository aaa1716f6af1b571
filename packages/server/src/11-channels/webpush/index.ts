import type { Address, Channel } from '../channel.ts'
import {
  inheritVapidPair,
  maskWebPushCredential,
  parseWebPushCredential,
  type VapidCredential,
} from './credential.ts'
import { readRecipient } from './encrypt.ts'
import { buildWebPushPayload } from './payload.ts'
import { probeWebPush } from './probe.ts'
import { openWebPushLane } from './send.ts'

/** Web Push: RFC 8030 with message encryption (RFC 8188, 8291) and VAPID (RFC 8292). */
export const webpushChannel: Channel<VapidCredential> = {
  platform: 'webpush',
  parseCredential: parseWebPushCredential,
  inherit: inheritVapidPair,
  maskCredential: maskWebPushCredential,
  checkAddress,
  buildPayload: buildWebPushPayload,
  openLane: openWebPushLane,
  probe: probeWebPush,
}

function checkAddress({ token, keys }: Address): string | null {
  if (URL.parse(token)?.protocol !== 'https:')
    return 'The endpoint of a push subscription is an https address.'
  if (!readRecipient(keys)) {
    return 'keys.p256dh must be a point of P-256 and keys.auth 16 bytes, both in base64url.'
  }
  return null
}
