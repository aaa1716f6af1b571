import { createAlarm, type Log, type Store, sleepUntil } from '../../00-kernel/index.ts'
import { evaluateNext } from './evaluate.ts'
import * as campaigns from './store.ts'
import { takeChanges } from './take-changes.ts'

const longestSleepMs = 30_000

/** People often change in swarms: those of this long are looked at together. */
const gatherMs = 200

/** Makes the runs of campaigns until the signal says stop. Several may run; row locks keep them apart. */
export async function runCampaigns(
  store: Store,
  { log, now, signal }: { log: Log; now: () => Date; signal: AbortSignal },
): Promise<void> {
  const alarm = createAlarm()
  const gathering = createAlarm()
  await store.listen('campaigns', alarm.wake)
  while (!signal.aborted) {
    try {
      while (!signal.aborted && (await evaluateNext(store.bulk, now())));
      while (!signal.aborted && (await takeChanges(store.bulk, now())));
      await alarm.sleep(sleepUntil(await campaigns.nextDueAt(store.bulk), now(), longestSleepMs), signal)
    } catch (error) {
      if (signal.aborted) return
      log.error({ err: error }, 'evaluating a campaign failed; trying again')
      await alarm.sleep(1_000, signal)
    }
    await gathering.sleep(gatherMs, signal)
  }
}
