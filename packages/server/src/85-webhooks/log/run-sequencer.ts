import { createAlarm, type Log, type Store } from '../../00-kernel/index.ts'
import { sequenceEvents, setAsleep, stepNotes } from './sequencer.ts'

/** While something happens it is looked for this often, and nobody rings. */
const pollMs = 200
/** Without a note for so long the sequencer goes to sleep. */
const awakeMs = 1_000
/** Notes from before everybody could see that it sleeps: looked for once more, then they ring. */
const settleMs = 1_000
/** A ring may get lost, and a sequencer that died awake has left nobody to be rung for. */
const longestSleepMs = 30_000

/** Keeps the event log in order until the signal. Several may run: each step is one's alone. */
export async function runSequencer(
  store: Store,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<void> {
  const alarm = createAlarm()
  await store.listen('event_intake', alarm.wake)
  /** When a note was last moved, of the monotonic clock; null asleep. */
  let busyAt: number | null = null
  while (!signal.aborted) {
    try {
      const moved = await sequenceEvents(store.bulk)
      if (moved > 0) {
        if (busyAt === null) await setAsleep(store.bulk, false)
        busyAt = performance.now()
      }
      if (moved === stepNotes) continue
      if (busyAt === null) {
        await setAsleep(store.bulk, true)
        await alarm.sleep(longestSleepMs, signal)
      } else if (performance.now() - busyAt < awakeMs) await alarm.sleep(pollMs, signal)
      else {
        busyAt = null
        await setAsleep(store.bulk, true)
        await alarm.sleep(settleMs, signal)
      }
    } catch (error) {
      if (signal.aborted) return
      log.error({ err: error }, 'ordering events failed; trying again')
      await alarm.sleep(1_000, signal)
    }
  }
}
