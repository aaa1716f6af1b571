import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { tidyTables } from './embedded-upkeep.ts'
import { openStore } from './store.ts'

test('gives the planner statistics and clears dead rows, and then has nothing to do', async () => {
  await using store = await openStore({ dataDir: null, databaseUrl: null })
  await sql`insert into interaction_counts select n, 'opened', 0 from generate_series(1, 5000) n`.execute(
    store.db,
  )
  await sql`update interaction_counts set n = 1`.execute(store.db)
  await tidyTables(store.db)
  const { rows } = await sql<{ reltuples: number; n_dead_tup: number }>`
    select c.reltuples, s.n_dead_tup from pg_class c join pg_stat_user_tables s on s.relid = c.oid
    where c.relname = 'interaction_counts'`.execute(store.db)
  expect(rows).toEqual([{ reltuples: 5000, n_dead_tup: 0 }])
})
