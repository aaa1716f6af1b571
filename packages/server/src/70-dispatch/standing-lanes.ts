import { sql } from 'kysely'
import { createAlarm, type Log, type Store } from '../00-kernel/index.ts'
import type { Lanes } from './lanes.ts'

/** Whoever saves a credential rings; this is for a ring that got lost. */
const longestSleepMs = 600_000

/** Platforms whose providers may tell us something through a connection that stays open. */
const standing = ['sms'] as const

/** Opens the lanes through which we are told things, although nothing is sent, until the signal. */
export async function keepStandingLanes(
  { store, lanes, log }: { store: Store; lanes: Lanes; log: Log },
  signal: AbortSignal,
): Promise<void> {
  const alarm = createAlarm()
  await store.listen('credentials', alarm.wake)
  while (!signal.aborted) {
    try {
      const { rows } = await sql<{ app_id: string; platform: (typeof standing)[number]; revision: string }>`
        select app_id, platform, revision from credentials where platform = any(${standing}::text[])`.execute(
        store.bulk,
      )
      // What was asked for while the lanes closed for good would stay open.
      if (signal.aborted) return
      for (const { app_id, platform, revision } of rows)
        await lanes.open({ app_id, platform, environment: 'production' }, revision)
      await lanes.retain(standing, new Set(rows.map((row) => row.app_id)))
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, 'opening standing lanes failed')
    }
    await alarm.sleep(longestSleepMs, signal)
  }
}
