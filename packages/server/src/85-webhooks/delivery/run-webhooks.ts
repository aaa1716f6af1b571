import { createAlarm, type Log, type Store, sleepUntil } from '../../00-kernel/index.ts'
import { claimWebhooks, nextDue, releaseWebhooks } from './store.ts'
import { maxOrigins } from './webhook-sender.ts'
import { leaseMs, type WorkDeps, workWebhook } from './work-webhook.ts'

/** A notification may get lost. */
const longestSleepMs = 30_000

/**
 * Leases webhooks and sends them their events until the signal. Each webhook that is at work has a place of its own,
 * more of them than a workspace may have webhooks, so that a slow one holds up nobody but itself.
 */
export async function runWebhooks(store: Store, deps: Omit<WorkDeps, 'db'> & { log: Log }): Promise<void> {
  const { log, now, signal } = deps
  const db = store.bulk
  const alarm = createAlarm()
  const active = new Set<Promise<void>>()
  // The embedded database is this process's alone: whoever held a lease has died.
  if (store.kind === 'embedded') await releaseWebhooks(db)
  await store.listen('events', alarm.wake)
  while (!signal.aborted) {
    try {
      const limit = maxOrigins - active.size
      const claimed = limit > 0 ? await claimWebhooks(db, { now: now(), leaseMs, limit }) : []
      for (const webhook of claimed) {
        const work: Promise<void> = workWebhook({ ...deps, db }, webhook)
          // The lease runs out by itself; what was sent and not saved is sent again under the same id.
          .catch((error) => log.error({ err: error, webhook: webhook.id }, 'sending events broke off'))
          .then(() => {
            active.delete(work)
            alarm.wake()
          })
        active.add(work)
      }
      if (claimed.length === 0) await alarm.sleep(await untilDue(), signal)
    } catch (error) {
      if (signal.aborted) break
      log.error({ err: error }, 'claiming webhooks failed; trying again')
      await alarm.sleep(1_000, signal)
    }
  }
  await Promise.all(active)
  await deps.sender[Symbol.asyncDispose]()

  async function untilDue(): Promise<number> {
    return sleepUntil(await nextDue(db, now()), now(), longestSleepMs)
  }
}
