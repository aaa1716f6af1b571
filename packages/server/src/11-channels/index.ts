import type { Platform } from '@carillon/contract'
import { apnsChannel } from './apns/index.ts'
import type { Channel } from './channel.ts'
import { fcmChannel } from './fcm/index.ts'
import { webpushChannel } from './webpush/index.ts'
import { wnsChannel } from './wns/index.ts'

export * from './channel.ts'
export type { Transport } from './open-sender.ts'

const channels: Record<Platform, Channel<never>> = {
  apns: apnsChannel as Channel<never>,
  fcm: fcmChannel as Channel<never>,
  webpush: webpushChannel as Channel<never>,
  wns: wnsChannel as Channel<never>,
}

/** The channel of a platform. Its credential type is its own affair: what it parsed comes back to it alone. */
export function channelOf(platform: Platform): Channel<unknown> {
  return channels[platform] as Channel<unknown>
}
