/** What a service worker has to know to speak for its page. It keeps one per scope, and outlives the page. */
export interface WorkerConfig {
  serverUrl: string
  publishableKey: string
  vapidPublicKey: string
  /** The body of `POST /v1/subscriptions` but for the endpoint and its keys, which change. */
  registration: Registration
}

export interface Registration {
  app_id: string
  platform: 'webpush'
  device_id: string
  device_name?: string
  permission: NotificationPermission
  locale?: string
  timezone?: string
  reconciliation_value?: string | null
  user_token?: string
}

/** From page to worker; answered with whether it is stored, on the port that comes with it. Null forgets. */
export interface ConfigureWorker {
  carillon: 'configure'
  config: WorkerConfig | null
}
