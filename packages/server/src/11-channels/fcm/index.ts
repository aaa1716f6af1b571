import type { Address, Channel } from '../channel.ts'
import { type FcmCredential, maskFcmCredential, parseFcmCredential } from './credential.ts'
import { buildFcmPayload } from './payload.ts'
import { probeFcm } from './probe.ts'
import { openFcmLane } from './send.ts'

/** Firebase Cloud Messaging, HTTP v1. */
export const fcmChannel: Channel<FcmCredential> = {
  platform: 'fcm',
  parseCredential: parseFcmCredential,
  maskCredential: maskFcmCredential,
  checkAddress,
  buildPayload: buildFcmPayload,
  openLane: openFcmLane,
  probe: probeFcm,
}

/** Tokens are opaque: Google changes their form without notice. */
function checkAddress({ token }: Address): string | null {
  return /^[\x21-\x7e]+$/.test(token) ? null : 'An FCM token is one word without spaces.'
}
