import { sql } from 'kysely'
import { createAlarm } from './alarm.ts'
import type { Log } from './log.ts'
import type { Db, Store } from './store.ts'

const everyMs = 60_000

/**
 * What autovacuum does elsewhere: PGlite has no background processes, so without this its planner knows nothing
 * of the tables and dead rows stay. One table at a time, so that others get their turn in between.
 */
export async function keepUp(
  store: Store,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<void> {
  if (store.kind !== 'embedded') return
  const alarm = createAlarm()
  while (!signal.aborted) {
    try {
      await tidyTables(store.bulk)
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'upkeep of the embedded database failed')
    }
    await alarm.sleep(everyMs, signal)
  }
}

/** PostgreSQL's own thresholds: a tenth changed for statistics, a fifth dead for a vacuum. */
export async function tidyTables(db: Db): Promise<void> {
  const { rows } = await sql<{ name: string; is_stale: boolean; is_littered: boolean }>`
    select s.relname as name,
      s.n_mod_since_analyze > 1000 + s.n_live_tup / 10 or (c.reltuples < 0 and pg_relation_size(c.oid) > 0) as is_stale,
      s.n_dead_tup > 200 + s.n_live_tup / 5 as is_littered
    from pg_stat_user_tables s join pg_class c on c.oid = s.relid`.execute(db)
  // A small sample: nobody is served while it is taken.
  await sql`set default_statistics_target = 20`.execute(db)
  for (const { name, is_stale, is_littered } of rows) {
    if (is_littered) await sql`vacuum (analyze) ${sql.table(name)}`.execute(db)
    else if (is_stale) await sql`analyze ${sql.table(name)}`.execute(db)
  }
}
