import { callServer } from './call-server.ts'
import { deviceId, readRecord, writeRecord } from './device-record.ts'
import { releaseSubscription } from './unsubscribe.ts'
import { isMadeFor } from './vapid-key.ts'
import { watchPermission } from './watch-permission.ts'
import type { Registration, WorkerConfig } from './worker-config.ts'
import { configureWorker, isSupported, scopeOf, startWorker } from './worker-registration.ts'

export interface SubscribeOptions {
  /** Address of the Carillon server, such as `https://push.example.com`. */
  serverUrl: string
  appId: string
  /** `pk_…`; it may be read by everyone. */
  publishableKey: string
  /** `fields.public_key` of the app's Web Push credential. */
  vapidPublicKey: string
  /** The person's value of the reconciliation key, such as their email address; null after a sign-out. */
  reconciliationValue?: string | null
  /** A JWT that proves the value, for an app that asks for it. */
  userToken?: string
  /** What to call this browser in lists. */
  deviceName?: string
  /** On this page's own origin; default `/sw.js`. */
  serviceWorkerUrl?: string
  /** Default `/`. Each scope has one subscription, to one app. */
  scope?: string
}

export type SubscribeResult =
  | { status: 'subscribed'; subscriptionId: string; userId: string | null }
  /** This browser, or this page (http without localhost, a private window), has no Web Push. */
  | { status: 'unsupported' }
  /** The person said no, and only they can change that, in the browser's site settings. */
  | { status: 'denied' }
  /** The person closed the question; it may be asked again. */
  | { status: 'dismissed' }

/**
 * Makes this browser a device of the app, or refreshes it. The first time from a click, as browsers ask for
 * permission only then; once permitted again at each start, which keeps endpoint, zone and person fresh.
 * Throws when the push service or the server is out of reach, or the server refuses (see `refusalOf`).
 *
 * @example
 * const result = await subscribeThisBrowser({
 *   serverUrl: 'https://push.example.com',
 *   appId: '0190…', publishableKey: 'pk_…', vapidPublicKey: 'BM…',
 *   reconciliationValue: 'ada@example.com',
 * })
 */
export async function subscribeThisBrowser(options: SubscribeOptions): Promise<SubscribeResult> {
  if (!isSupported()) return { status: 'unsupported' }
  const permission = await Notification.requestPermission()
  if (permission !== 'granted') return { status: permission === 'denied' ? 'denied' : 'dismissed' }

  const scope = scopeOf(options.scope)
  const worker = await startWorker(options.serviceWorkerUrl ?? '/sw.js', scope)
  const subscription = await subscribeToPush(worker, options.vapidPublicKey)
  const config = configOf(options)
  const { endpoint, keys } = subscription.toJSON()
  // Before the server knows the endpoint, so that even a message sent at once is reported.
  await configureWorker(worker, config)
  const { id, user_id } = await callServer<{ id: string; user_id: string | null }>(
    config,
    'POST',
    '/v1/subscriptions',
    { ...config.registration, endpoint, keys },
  )
  await leavePrevious(scope, options.appId)
  const { serverUrl, publishableKey } = config
  writeRecord(scope, { serverUrl, publishableKey, appId: options.appId, subscriptionId: id, permission })
  watchPermission(scope)
  return { status: 'subscribed', subscriptionId: id, userId: user_id }
}

/** A subscription is bound to its VAPID key for life. */
async function subscribeToPush(
  { pushManager }: ServiceWorkerRegistration,
  vapidPublicKey: string,
): Promise<PushSubscription> {
  const existing = await pushManager.getSubscription()
  if (existing && isMadeFor(existing, vapidPublicKey)) return existing
  await existing?.unsubscribe()
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: vapidPublicKey })
}

function configOf(options: SubscribeOptions): WorkerConfig {
  return {
    serverUrl: options.serverUrl.replace(/\/$/, ''),
    publishableKey: options.publishableKey,
    vapidPublicKey: options.vapidPublicKey,
    registration: registrationOf(options),
  }
}

/** Members that are undefined are left out by JSON; null is a person who signed out. */
function registrationOf(options: SubscribeOptions): Registration {
  return {
    app_id: options.appId,
    platform: 'webpush',
    device_id: deviceId(),
    device_name: options.deviceName,
    permission: 'granted',
    locale: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    reconciliation_value: options.reconciliationValue,
    user_token: options.userToken,
  }
}

async function leavePrevious(scope: string, appId: string): Promise<void> {
  const previous = readRecord(scope)
  if (previous && previous.appId !== appId) await releaseSubscription(previous)
}
