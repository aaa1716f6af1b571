import { callServer, refusalOf } from './call-server.ts'
import { type DeviceRecord, forgetRecord, readRecord } from './device-record.ts'
import { configureWorker, findWorker, isSupported, scopeOf } from './worker-registration.ts'

/** Ends the subscription here and at the server, which keeps the device's history. Nothing to end is no error. */
export async function unsubscribeThisBrowser(options: { scope?: string } = {}): Promise<void> {
  if (!isSupported()) return
  const scope = scopeOf(options.scope)
  const worker = await findWorker(scope)
  if (worker?.active) await configureWorker(worker, null)
  const subscription = await worker?.pushManager.getSubscription()
  await subscription?.unsubscribe()
  const record = readRecord(scope)
  forgetRecord(scope)
  if (record) await releaseSubscription(record)
}

/** A server out of reach, or one that no longer knows the device, learns it from the push service: 410. */
export async function releaseSubscription(record: DeviceRecord): Promise<void> {
  const path = `/v1/subscriptions/${record.subscriptionId}`
  try {
    await callServer(record, 'PATCH', path, { status: 'unsubscribed' })
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal && refusal.status < 500 && ![401, 404].includes(refusal.status)) throw error
  }
}
