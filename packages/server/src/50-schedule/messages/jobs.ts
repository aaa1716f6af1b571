import { createAlarm, type Log, type Store, sleepUntil } from '../../00-kernel/index.ts'
import { freezeNext, nextStart } from './freeze-audience.ts'

const longestSleepMs = 20_000

/** One scheduler is enough for a message; the others look again whether it is still at work. */
const leftToOthersMs = 1_000

/** The embedded database serves nobody else during a step. */
const stepKeys = { embedded: 500, postgres: 5_000 }

/** Freezes the audiences of due messages until the signal says stop. Several may run; a row lock keeps them apart. */
export async function runFreezer(
  store: Store,
  { log, now, signal }: { log: Log; now: () => Date; signal: AbortSignal },
): Promise<void> {
  const alarm = createAlarm()
  await store.listen('messages', alarm.wake)
  while (!signal.aborted) {
    try {
      const done = await freezeNext(store.bulk, { now: now(), stepKeys: stepKeys[store.kind] })
      if (done === 'idle')
        await alarm.sleep(sleepUntil(await nextStart(store.bulk), now(), longestSleepMs), signal)
      if (done === 'taken') await alarm.sleep(leftToOthersMs, signal)
    } catch (error) {
      if (signal.aborted) return
      log.error({ err: error }, 'freezing an audience failed; trying again')
      await alarm.sleep(1_000, signal)
    }
  }
}
