import type { ApnsOverrides } from '@carillon/contract'

export type PushType = NonNullable<ApnsOverrides['push_type']>

interface PushTypeRule {
  /** The topic is the bundle id and this. */
  topicSuffix: string
  limitBytes: number
  /** Whether it may carry alert, badge and sound. */
  shows: boolean
}

/** https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification */
const limitBytes = 4096

/**
 * What each `apns-push-type` asks for.
 * https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
 */
export const pushTypes: Record<PushType, PushTypeRule> = {
  alert: { topicSuffix: '', limitBytes, shows: true },
  background: { topicSuffix: '', limitBytes, shows: false },
  voip: { topicSuffix: '.voip', limitBytes: 5120, shows: true },
  liveactivity: { topicSuffix: '.push-type.liveactivity', limitBytes, shows: true },
  location: { topicSuffix: '.location-query', limitBytes, shows: false },
  complication: { topicSuffix: '.complication', limitBytes, shows: false },
  fileprovider: { topicSuffix: '.pushkit.fileprovider', limitBytes, shows: false },
  pushtotalk: { topicSuffix: '.voip-ptt', limitBytes, shows: false },
  widgets: { topicSuffix: '.push-type.widgets', limitBytes, shows: false },
  controls: { topicSuffix: '.push-type.controls', limitBytes, shows: false },
}

export const maxCollapseIdBytes = 64
