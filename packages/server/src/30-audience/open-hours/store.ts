import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'

/** Days that say something about somebody's habits. */
const countedDays = 90

export interface OpenHour {
  userId: string
  /** As the person's clock shows: `2026-11-21`. */
  day: string
  hour: number
  n: number
}

/** Adds opens, each person, day and hour once; what is too old to count of the same people goes. */
export async function addOpenHours(tx: Tx, hours: readonly OpenHour[], today: string): Promise<void> {
  const column = <T>(pick: (hour: OpenHour) => T) => hours.map(pick)
  // In one order, so that two reports never wait for each other in a circle.
  await sql`
    insert into open_hours as h (user_id, day, hour, n)
    select o.user_id, o.day, o.hour, o.n
    from unnest(${column((o) => o.userId)}::uuid[], ${column((o) => o.day)}::date[], ${column((o) => o.hour)}::smallint[],
      ${column((o) => o.n)}::int[]) as o (user_id, day, hour, n)
    join users u on u.id = o.user_id
    order by 1, 2, 3
    on conflict (user_id, day, hour) do update set n = h.n + excluded.n`.execute(tx)
  await sql`
    delete from open_hours where (user_id, day, hour) in (
      select user_id, day, hour from open_hours
      where user_id = any(${column((o) => o.userId)}::uuid[]) and day < ${today}::date - ${countedDays}::int
      order by 1, 2, 3 for update)`.execute(tx)
}

/** How often each of these people opened something, by the hour of their day. */
export async function readOpenHours(
  db: Db | Tx,
  userIds: readonly string[],
  now: Date,
): Promise<Map<string, number[]>> {
  const { rows } = await sql<{ user_id: string; hour: number; n: number }>`
    select user_id, hour, sum(n)::int as n from open_hours
    where user_id = any(${userIds}::uuid[]) and day >= ${now.toISOString().slice(0, 10)}::date - ${countedDays}::int
    group by 1, 2`.execute(db)
  const byUser = new Map<string, number[]>()
  for (const { user_id, hour, n } of rows) {
    const hours = byUser.get(user_id) ?? Array.from({ length: 24 }, () => 0)
    byUser.set(user_id, hours)
    hours[hour] = n
  }
  return byUser
}
