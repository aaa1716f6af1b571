import { fieldsOf } from '../phones/notification.ts'

export interface PushType {
  topicSuffix: string
  maxPayloadBytes: number
  /** Whether the payload is what the type says. Types without a rule carry the app's own shape. */
  fits?(aps: Record<string, unknown>): boolean
}

const plain = { topicSuffix: '', maxPayloadBytes: 4096 }

/** Apple, "Sending notification requests to APNs", table of `apns-push-type`. */
export const pushTypes: Record<string, PushType> = {
  alert: { ...plain, fits: isAlert },
  background: { ...plain, fits: (aps) => aps['content-available'] === 1 && !isAlert(aps) },
  voip: { topicSuffix: '.voip', maxPayloadBytes: 5120 },
  liveactivity: { ...plain, topicSuffix: '.push-type.liveactivity', fits: isLiveActivity },
  location: { ...plain, topicSuffix: '.location-query' },
  complication: { ...plain, topicSuffix: '.complication' },
  fileprovider: { ...plain, topicSuffix: '.pushkit.fileprovider' },
  pushtotalk: { ...plain, topicSuffix: '.voip-ptt' },
  mdm: plain,
  widgets: { ...plain, topicSuffix: '.push-type.widgets', fits: (aps) => aps['content-changed'] === true },
  controls: { ...plain, topicSuffix: '.push-type.controls', fits: (aps) => aps['content-changed'] === true },
}

function isAlert(aps: Record<string, unknown>): boolean {
  return aps.alert !== undefined || aps.badge !== undefined || aps.sound !== undefined
}

/** Apple, "Starting and updating Live Activities with ActivityKit push notifications". */
function isLiveActivity(aps: Record<string, unknown>): boolean {
  const isStart = aps.event === 'start'
  if (!isStart && aps.event !== 'update' && aps.event !== 'end') return false
  if (!Number.isInteger(aps.timestamp)) return false
  if (aps.event !== 'end' && Object.keys(fieldsOf(aps['content-state'])).length === 0) return false
  return !isStart || (typeof aps['attributes-type'] === 'string' && typeof aps.attributes === 'object')
}
