import {
  createAlarm,
  type Db,
  type DeliveryIds,
  type Log,
  type Store,
  sleepUntil,
} from '../../00-kernel/index.ts'
import { dropReports, nextReportAt, postponeReports, takeReports } from '../../70-dispatch/index.ts'
import { recordInbound } from './record-inbound.ts'
import { recordReceipts } from './record-receipts.ts'

/** Reports in one transaction. */
const step = 200
const longestSleepMs = 600_000
/** By then a receipt has come for everything that gets one; what matches nothing until then is nobody's. */
const forgetAfterMs = 3 * 24 * 3_600_000

interface Context {
  deliveryIds: DeliveryIds
  now: () => Date
  log: Log
  signal: AbortSignal
}

/** Takes what providers of text messages report into the books, until the signal. Several may run. */
export async function runSmsReports(store: Store, { deliveryIds, now, log, signal }: Context): Promise<void> {
  const alarm = createAlarm()
  await store.listen('provider_reports', alarm.wake)
  while (!signal.aborted) {
    try {
      const taken = await takeStep(store.bulk, deliveryIds, now())
      if (taken === step) continue
      const next = await nextReportAt(store.bulk, 'sms')
      await alarm.sleep(sleepUntil(next, now(), longestSleepMs), signal)
    } catch (error) {
      if (signal.aborted) return
      log.error({ err: error }, 'recording what providers report failed; trying again')
      await alarm.sleep(1_000, signal)
    }
  }
}

async function takeStep(db: Db, deliveryIds: DeliveryIds, now: Date): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const rows = await takeReports(tx, { platform: 'sms', now, limit: step })
    const waiting = new Set(
      await recordReceipts(
        tx,
        rows.filter(({ kind }) => kind === 'receipt'),
        { deliveryIds },
      ),
    )
    for (const row of rows) if (row.kind === 'inbound') await recordInbound(tx, row, now)
    const isPast = (at: Date) => now.getTime() - at.getTime() > forgetAfterMs
    const later = rows.filter(({ id, at }) => waiting.has(id) && !isPast(at)).map(({ id }) => id)
    await postponeReports(tx, later, now)
    await dropReports(
      tx,
      rows.map(({ id }) => id).filter((id) => !later.includes(id)),
    )
    return rows.length
  })
}
