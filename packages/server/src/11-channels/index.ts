import type { Platform } from '@carillon/contract'
import { apnsChannel } from './apns/index.ts'
import type { Channel } from './channel.ts'
import { emailChannel } from './email/index.ts'
import { fcmChannel } from './fcm/index.ts'
import { smsChannel } from './sms/index.ts'
import { walletChannel } from './wallet/index.ts'
import { webpushChannel } from './webpush/index.ts'
import { wnsChannel } from './wns/index.ts'

export * from './channel.ts'
export { createTrackingLinks, type TrackingLinks } from './email/tracking-links.ts'
export type { Transport } from './open-sender.ts'
export type { PassDevice, PassShelf } from './pass-shelf.ts'

const channels: Record<Platform, Channel<never>> = {
  apns: apnsChannel as Channel<never>,
  fcm: fcmChannel as Channel<never>,
  webpush: webpushChannel as Channel<never>,
  wns: wnsChannel as Channel<never>,
  sms: smsChannel as Channel<never>,
  email: emailChannel as Channel<never>,
  wallet: walletChannel as Channel<never>,
}

/** The channel of a platform. Its credential type is its own affair: what it parsed comes back to it alone. */
export function channelOf(platform: Platform): Channel<unknown> {
  return channels[platform] as Channel<unknown>
}
