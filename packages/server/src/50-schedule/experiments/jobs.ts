import { createAlarm, type Log, type Store, sleepUntil } from '../../00-kernel/index.ts'
import { decideNext } from './decide.ts'
import { nextLook } from './store.ts'

const longestSleepMs = 60_000

/** Decides experiments until the signal says stop. Several may run; row locks keep them apart. */
export async function runDecisions(
  store: Store,
  { log, now, signal }: { log: Log; now: () => Date; signal: AbortSignal },
): Promise<void> {
  const alarm = createAlarm()
  await store.listen('messages', alarm.wake)
  while (!signal.aborted) {
    try {
      while (!signal.aborted && (await decideNext(store.bulk, now())));
      const next = await nextLook(store.bulk, now())
      await alarm.sleep(sleepUntil(next, now(), longestSleepMs), signal)
    } catch (error) {
      if (signal.aborted) return
      log.error({ err: error }, 'deciding an experiment failed; trying again')
      await alarm.sleep(1_000, signal)
    }
  }
}
