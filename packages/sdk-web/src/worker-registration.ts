import type { ConfigureWorker, WorkerConfig } from './worker-config.ts'

export function isSupported(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
}

/** Absolute, as `registration.scope` says it. */
export function scopeOf(scope = '/'): string {
  return new URL(scope, location.href).href
}

/** The worker registered for exactly this scope; the browser would also give one of a scope around it. */
export async function findWorker(scope: string): Promise<ServiceWorkerRegistration | null> {
  const registration = await navigator.serviceWorker.getRegistration(scope)
  return registration?.scope === scope ? registration : null
}

/** Registers the worker and waits until it runs; push subscriptions are made for active workers alone. */
export async function startWorker(
  serviceWorkerUrl: string,
  scope: string,
): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.register(serviceWorkerUrl, { scope })
  const starting = registration.installing ?? registration.waiting
  if (!registration.active && starting) await activated(starting)
  return registration
}

function activated(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = () => {
      if (worker.state === 'activated') resolve()
      if (worker.state === 'redundant') reject(new Error('The service worker could not be installed.'))
    }
    worker.addEventListener('statechange', check)
    check()
  })
}

/** Resolves when the worker has stored the configuration: from then on the page may go. */
export function configureWorker(
  { active }: ServiceWorkerRegistration,
  config: WorkerConfig | null,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data: isStored }) => {
      if (isStored) resolve()
      else reject(new Error('The service worker could not store its configuration.'))
    }
    const message: ConfigureWorker = { carillon: 'configure', config }
    active?.postMessage(message, [port2])
  })
}
