import type { Address, Channel } from '../channel.ts'
import { type ApnsCredential, maskApnsCredential, parseApnsCredential } from './credential.ts'
import { buildApnsPayload } from './payload.ts'
import { probeApns } from './probe.ts'
import { isDeviceToken, openApnsLane } from './send.ts'

/** Apple Push Notification service. */
export const apnsChannel: Channel<ApnsCredential> = {
  platform: 'apns',
  parseCredential: parseApnsCredential,
  maskCredential: maskApnsCredential,
  checkAddress,
  buildPayload: buildApnsPayload,
  openLane: openApnsLane,
  probe: probeApns,
}

function checkAddress({ token }: Address): string | null {
  return isDeviceToken(token) ? null : 'An APNs device token is hexadecimal, two digits for each byte.'
}
