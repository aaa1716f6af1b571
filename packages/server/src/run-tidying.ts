import { createAlarm, type Log, type Store } from './00-kernel/index.ts'
import { forgetExpired, purgeAudit } from './10-access/index.ts'
import { forgetOldKeys } from './20-ingest/index.ts'
import { forgetUses } from './70-dispatch/index.ts'
import { forgetOldEvents } from './85-webhooks/index.ts'

const everyMs = 3_600_000

/** Deletes what has had its time, at the start and then every hour. Servers that do it at once do not disturb each other. */
export async function runTidying(
  store: Store,
  { log, now, signal }: { log: Log; now: () => Date; signal: AbortSignal },
): Promise<void> {
  const alarm = createAlarm()
  while (!signal.aborted) {
    try {
      await forgetOldKeys(store.bulk, now())
      await forgetExpired(store.bulk, now())
      await forgetOldEvents(store.bulk, now())
      await purgeAudit(store.bulk, now())
      await forgetUses(store.bulk, now())
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'tidying failed')
    }
    await alarm.sleep(everyMs, signal)
  }
}
