/** The JSON of one push, as the server encrypts it. It is also the `data` of the notification that shows it. */
export interface PushMessage {
  delivery_id?: string
  title?: string
  body?: string
  icon?: string
  image?: string
  badge?: string
  url?: string
  /** Buttons; browsers show two or three. Each may open an address of its own. */
  actions?: { action: string; title: string; url?: string }[]
  data?: Record<string, unknown>
  tag?: string
  renotify?: boolean
  require_interaction?: boolean
  silent?: boolean
  /** Milliseconds on and off, in turn. */
  vibrate?: number[]
  dir?: NotificationDirection
  lang?: string
  /** Milliseconds since 1970. */
  timestamp?: number
}
