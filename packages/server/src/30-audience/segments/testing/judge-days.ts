import { sql } from 'kysely'
import { openTestStore } from '../../../testing/test-store.ts'
import { casesOf, dayEdges } from './day-edges.ts'
import { whoMeets } from './who-meets.ts'

/** A program: who meets each case, with the process's own time zone as the database session's, written as JSON. */
await using store = await openTestStore()
const found = await store.db.transaction().execute(async (tx) => {
  await sql`select set_config('timezone', ${process.env.TZ ?? 'UTC'}, true)`.execute(tx)
  const all: string[][] = []
  for (const { condition, judged } of dayEdges.flatMap(casesOf))
    all.push(await whoMeets(tx, condition, judged))
  return all
})
process.stdout.write(JSON.stringify({ zone: Intl.DateTimeFormat().resolvedOptions().timeZone, found }))
