import type { PushMessage } from './push-message.ts'
import type { ConfigureWorker, WorkerConfig } from './worker-config.ts'
import type { PushData, WorkerScope } from './worker-scope.ts'

/**
 * The service worker, served as `/sw.js`. One file that imports types alone, so that blanking its types leaves a
 * classic script. Browsers stop it whenever it is idle: what it must remember is in IndexedDB.
 */
declare const self: WorkerScope

/** No copy comes later: push services keep a message for 28 days at most. */
const keepMs = 28 * 24 * 3_600_000
/** Well below the half minute after which browsers stop a worker that is still busy with an event. */
const callTimeoutMs = 10_000

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()))
self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim())
  event.waitUntil(catchUp())
})
self.addEventListener('message', (event) => {
  const message = event.data as ConfigureWorker | null
  if (message?.carillon === 'configure') event.waitUntil(configure(message.config, event.ports[0]))
})
self.addEventListener('push', (event) => event.waitUntil(receive(event.data)))
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renewSubscription()))
self.addEventListener('notificationclick', (event) => {
  const message = messageOf(event.notification)
  const button = message.actions?.find(({ action }) => action === event.action)
  // Two works: a page that cannot be opened does not keep the report back.
  event.waitUntil(
    reportOnce(message, button ? { type: 'action', action_id: button.action } : { type: 'clicked' }),
  )
  event.notification.close()
  if (!button || button.url) event.waitUntil(openPage(button ? button.url : message.url))
})
self.addEventListener('notificationclose', (event) => {
  event.waitUntil(reportOnce(messageOf(event.notification), { type: 'dismissed' }))
})

async function configure(config: WorkerConfig | null, port: MessagePort | undefined): Promise<void> {
  const isStored = await writeConfig(config).then(
    () => true,
    () => false,
  )
  port?.postMessage(isStored)
  await catchUp()
}

/** Shows the push, whatever is in it: a browser takes the permission from a site whose pushes show nothing. */
async function receive(data: PushData | null): Promise<void> {
  const message = readMessage(data)
  // A full disk does not hide a message.
  if (!(await rememberDelivery(message.delivery_id).catch(() => true))) return catchUp()
  await show(message)
  await report(message, { type: 'received' })
}

function readMessage(data: PushData | null): PushMessage {
  const text = data?.text() ?? ''
  try {
    const message: unknown = JSON.parse(text)
    return typeof message === 'object' && message !== null ? message : { body: text }
  } catch {
    return { body: text }
  }
}

function show(message: PushMessage): Promise<void> {
  const title = message.title || self.location.hostname
  return self.registration.showNotification(title, {
    body: message.body,
    icon: message.icon,
    image: message.image,
    badge: message.badge,
    tag: message.tag,
    renotify: message.renotify,
    requireInteraction: message.require_interaction,
    silent: message.silent,
    vibrate: message.vibrate,
    dir: message.dir,
    lang: message.lang,
    timestamp: message.timestamp,
    actions: message.actions?.map(({ action, title }) => ({ action, title })),
    data: message,
  })
}

function messageOf({ data }: Notification): PushMessage {
  return data ?? {}
}

/** The open page with this address, or a new one; without an address any page of the site. */
async function openPage(url: string | undefined): Promise<void> {
  const target = new URL(url ?? '', self.registration.scope).href
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const page = pages.find((page) => url === undefined || page.url === target)
  await (page ? page.focus() : self.clients.openWindow(target))
}

interface Happening {
  type: 'received' | 'clicked' | 'action' | 'dismissed'
  action_id?: string
}

/** A report on its way to the server that the page named when the report was made. */
interface QueuedReport {
  serverUrl: string
  publishableKey: string
  body: Happening & { delivery_id: string; at: string }
}

/** Some browsers tell of a close after every click; the first answer of the person is the one that counts. */
async function reportOnce(message: PushMessage, happening: Happening): Promise<void> {
  if (await rememberAnswer(message.delivery_id)) await report(message, happening)
}

/** Queues first: a report outlives this worker and a server out of reach. The server counts each once. */
async function report({ delivery_id }: PushMessage, happening: Happening): Promise<void> {
  const config = await readConfig()
  if (config && delivery_id) {
    const { serverUrl, publishableKey } = config
    const body = { ...happening, delivery_id, at: new Date().toISOString() }
    const queued: QueuedReport = { serverUrl, publishableKey, body }
    await transact('reports', (reports) => reports.add(queued))
  }
  await catchUp()
}

/** What could not be told before, at every wake. */
async function catchUp(): Promise<void> {
  // A lock, because several workers of one site share the queue.
  await navigator.locks.request('carillon', async () => {
    await sendReports()
    await registerAnew()
  })
}

async function sendReports(): Promise<void> {
  const away = new Set<string>()
  const keys = await transact('reports', (reports) => reports.getAllKeys())
  for (const key of keys) {
    const queued: QueuedReport = await transact('reports', (reports) => reports.get(key))
    if (away.has(queued.serverUrl)) continue
    const isOld = Date.parse(queued.body.at) < Date.now() - keepMs
    if (isOld || isSettled(await post(queued, '/v1/interactions', queued.body)))
      await transact('reports', (reports) => reports.delete(key))
    else away.add(queued.serverUrl)
  }
}

/** The browser dropped or replaced the subscription: the device goes on under its new endpoint. */
async function renewSubscription(): Promise<void> {
  await transact('renewals', (renewals) => renewals.put(true, self.registration.scope))
  await catchUp()
}

async function registerAnew(): Promise<void> {
  const { pushManager, scope } = self.registration
  const isDue = await transact('renewals', (renewals) => renewals.get(scope))
  const config = await readConfig()
  if (!isDue || !config) return
  const subscription =
    (await pushManager.getSubscription()) ??
    (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: config.vapidPublicKey }))
  const { endpoint, keys } = subscription.toJSON()
  const { reconciliation_value, user_token, ...device } = config.registration
  const body = { ...device, endpoint, keys }
  let status = await post(config, '/v1/subscriptions', { ...body, reconciliation_value, user_token })
  // The proof of the person has run out: without it the device at least is reached.
  if (status === 403) status = await post(config, '/v1/subscriptions', body)
  if (isSettled(status)) await transact('renewals', (renewals) => renewals.delete(scope))
}

/** The status of the answer; 0 when there was none. */
async function post(
  { serverUrl, publishableKey }: Pick<WorkerConfig, 'serverUrl' | 'publishableKey'>,
  path: string,
  body: object,
): Promise<number> {
  const request = fetch(serverUrl + path, {
    method: 'POST',
    credentials: 'omit',
    headers: { authorization: `Bearer ${publishableKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(callTimeoutMs),
  })
  return request.then(
    ({ status }) => status,
    () => 0,
  )
}

/** Whether asking again is pointless: done, or refused for good. */
function isSettled(status: number): boolean {
  return status >= 200 && status < 500 && ![408, 425, 429].includes(status)
}

function readConfig(): Promise<WorkerConfig | undefined> {
  return transact('configs', (configs) => configs.get(self.registration.scope))
}

async function writeConfig(config: WorkerConfig | null): Promise<void> {
  const { scope } = self.registration
  if (config) await transact('configs', (configs) => configs.put(config, scope))
  else await transact('configs', (configs) => configs.delete(scope))
}

interface Delivery {
  shownAtMs: number
  isAnswered: boolean
}

/** False for the repeat of a delivery, as happens when a server died between sending and writing that down. */
function rememberDelivery(id: string | undefined): Promise<boolean> {
  return changeDelivery(id, (known) => (known ? null : { shownAtMs: Date.now(), isAnswered: false }))
}

/** False when the person has answered before. */
function rememberAnswer(id: string | undefined): Promise<boolean> {
  return changeDelivery(id, (known) =>
    known?.isAnswered ? null : { shownAtMs: known?.shownAtMs ?? Date.now(), isAnswered: true },
  )
}

/** Reads and writes in one transaction, so that of two events at once one is first. */
async function changeDelivery(
  id: string | undefined,
  change: (known: Delivery | undefined) => Delivery | null,
): Promise<boolean> {
  if (id === undefined) return true
  let isChanged = false
  await transact('deliveries', (deliveries) => {
    const reading = deliveries.get(id)
    reading.onsuccess = () => {
      const next = change(reading.result)
      isChanged = next !== null
      if (next) deliveries.put(next, id)
    }
    forgetOld(deliveries)
    return reading
  })
  return isChanged
}

function forgetOld(deliveries: IDBObjectStore): void {
  const old = deliveries.index('shownAtMs').openCursor(IDBKeyRange.upperBound(Date.now() - keepMs))
  old.onsuccess = () => {
    old.result?.delete()
    old.result?.continue()
  }
}

type StoreName = 'configs' | 'deliveries' | 'renewals' | 'reports'

async function transact<Result>(
  name: StoreName,
  work: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const transaction = (await openDatabase()).transaction(name, 'readwrite')
  const request = work(transaction.objectStore(name))
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result)
    transaction.onabort = () => reject(transaction.error)
  })
}

let database: Promise<IDBDatabase> | undefined

function openDatabase(): Promise<IDBDatabase> {
  database ??= new Promise((resolve, reject) => {
    const opening = indexedDB.open('carillon', 1)
    opening.onupgradeneeded = () => createStores(opening.result)
    opening.onsuccess = () => {
      // The browser closes it under us when the person clears the site's data.
      opening.result.onclose = forgetDatabase
      resolve(opening.result)
    }
    opening.onerror = () => {
      forgetDatabase()
      reject(opening.error)
    }
  })
  return database
}

function createStores(db: IDBDatabase): void {
  db.createObjectStore('configs')
  db.createObjectStore('deliveries').createIndex('shownAtMs', 'shownAtMs')
  db.createObjectStore('renewals')
  db.createObjectStore('reports', { autoIncrement: true })
}

function forgetDatabase(): void {
  database = undefined
}
