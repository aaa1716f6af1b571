import { readRecord } from './device-record.ts'
import { watchPermission } from './watch-permission.ts'
import { findWorker, isSupported, scopeOf } from './worker-registration.ts'

export interface BrowserState {
  /** False on plain http other than localhost, in some private windows, and in browsers without Web Push. */
  supported: boolean
  /** `default`: not asked yet. `denied`: only the person can change it, in the browser's site settings. */
  permission: NotificationPermission
  subscribed: boolean
  /** Null unless subscribed. */
  subscriptionId: string | null
  /** The app of the subscription; null unless subscribed. */
  appId: string | null
}

/** How things stand in this browser; asks the person nothing. Also tells the server of a changed permission. */
export async function browserSubscriptionState(options: { scope?: string } = {}): Promise<BrowserState> {
  if (!isSupported()) return { ...notSubscribed, supported: false, permission: 'default' }
  const { permission } = Notification
  const scope = scopeOf(options.scope)
  const record = readRecord(scope)
  if (!record) return { ...notSubscribed, supported: true, permission }
  watchPermission(scope)
  const worker = await findWorker(scope)
  const subscription = await worker?.pushManager.getSubscription()
  if (!subscription || permission !== 'granted') return { ...notSubscribed, supported: true, permission }
  const { subscriptionId, appId } = record
  return { supported: true, permission, subscribed: true, subscriptionId, appId }
}

const notSubscribed = { subscribed: false, subscriptionId: null, appId: null }
