/** The part of ServiceWorkerGlobalScope in use here. TypeScript's own names for it exclude those of the page. */
export interface WorkerScope {
  readonly location: Location
  readonly registration: WorkerRegistration
  readonly clients: {
    claim(): Promise<void>
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<WindowClient[]>
    openWindow(url: string): Promise<WindowClient | null>
  }
  skipWaiting(): Promise<void>
  addEventListener<Name extends keyof WorkerEvents>(
    name: Name,
    listener: (event: WorkerEvents[Name]) => void,
  ): void
}

/** With the members of the Notifications standard that TypeScript's list of them leaves out. */
interface ShownNotification extends NotificationOptions {
  image?: string
  renotify?: boolean
  timestamp?: number
  vibrate?: number[]
  actions?: { action: string; title: string }[]
}

interface WorkerRegistration extends ServiceWorkerRegistration {
  showNotification(title: string, options?: ShownNotification): Promise<void>
}

interface WindowClient {
  readonly url: string
  focus(): Promise<WindowClient>
}

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}

interface NotificationEvent extends ExtendableEvent {
  readonly notification: Notification
  /** The id of the pressed button; empty for the notification itself. */
  readonly action: string
}

/** Null for a push without content. */
export interface PushData {
  text(): string
}

interface WorkerEvents {
  install: ExtendableEvent
  activate: ExtendableEvent
  message: ExtendableEvent & MessageEvent
  push: ExtendableEvent & { readonly data: PushData | null }
  pushsubscriptionchange: ExtendableEvent
  notificationclick: NotificationEvent
  notificationclose: NotificationEvent
}
