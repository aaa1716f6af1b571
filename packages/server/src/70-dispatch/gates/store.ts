import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { type Settlement, settleUse } from './take-use.ts'
import { type CapUse, fromLines, toLines } from './use-lines.ts'

/** What is known of one person's uses. */
export interface UsesRow {
  uses: readonly CapUse[]
  version: number
}

export interface UsesChange extends UsesRow {
  userId: string
}

/** For whom the uses are kept, and until when a cap may look at them. */
export interface Keeping {
  workspaceId: string
  keptUntil: Date
}

/** Null uses: nothing is to be written for who has no row. */
export interface UsesStart {
  userId: string
  uses: readonly CapUse[] | null
}

/**
 * Writes the first uses of those of whom nothing is known, and answers the rows of the others, all in one statement:
 * most campaigns come with one use for each of very many people. It looks people up one by one, whatever the planner
 * thinks of reading all uses of everybody instead. Null is whoever somebody else is just making a row for.
 */
export async function startUses(
  db: Db,
  { workspaceId, keptUntil }: Keeping,
  starts: readonly UsesStart[],
): Promise<Map<string, UsesRow | null>> {
  const ids = starts.map(({ userId }) => userId)
  const lines = starts.map(({ uses }) => uses && toLines(uses))
  const { rows } = await sql<{ user_id: string; uses: string | null; version: number }>`
    with given as (
      select g.user_id, g.uses, c.version, c.uses as known
      from unnest(${ids}::uuid[], ${lines}::text[]) as g (user_id, uses)
      left join lateral (select version, uses from cap_uses where user_id = g.user_id offset 0) c on true
    ), started as (
      insert into cap_uses (user_id, workspace_id, uses, version, kept_until)
      select user_id, ${workspaceId}::uuid, uses, 1, ${keptUntil}::timestamptz from given
      where version is null and uses is not null order by user_id
      on conflict (user_id) do nothing
      returning user_id
    )
    select user_id, known as uses, version from given
    where version is not null or uses is not null and user_id not in (select user_id from started)`.execute(
    db,
  )
  return new Map(
    rows.map(({ user_id, uses, version }) => [
      user_id,
      uses === null ? null : { uses: fromLines(uses), version },
    ]),
  )
}

/**
 * Writes what follows from the versions that were read, and answers for whom it did not: those with whom somebody
 * else was quicker. In one order, so that two dispatchers never wait for each other in a circle.
 */
export async function writeUses(
  db: Db,
  { workspaceId, keptUntil }: Keeping,
  changes: readonly UsesChange[],
): Promise<string[]> {
  const { rows } = await sql<{ user_id: string }>`
    with given as (
      select * from unnest(${changes.map(({ userId }) => userId)}::uuid[],
        ${changes.map(({ uses }) => toLines(uses))}::text[],
        ${changes.map(({ version }) => version)}::bigint[]) as p (user_id, uses, version)
    ), written as (
      insert into cap_uses as c (user_id, workspace_id, uses, version, kept_until)
      select user_id, ${workspaceId}::uuid, uses, version + 1, ${keptUntil}::timestamptz from given order by user_id
      on conflict (user_id) do update set uses = excluded.uses, version = excluded.version,
        kept_until = greatest(c.kept_until, excluded.kept_until)
        where c.version = excluded.version - 1
      returning user_id
    )
    select user_id from given where user_id not in (select user_id from written)`.execute(db)
  return rows.map(({ user_id }) => user_id)
}

/** In the transaction that records how the deliveries ended or that they wait. */
export async function settleUses(
  tx: Tx,
  messageSeq: number,
  settlements: readonly Settlement[],
): Promise<void> {
  const byUser = Map.groupBy(settlements, ({ userId }) => userId)
  const { rows } = await sql<{ user_id: string; uses: string }>`
    select user_id, uses from cap_uses where user_id = any(${[...byUser.keys()]}::uuid[])
    order by user_id for update`.execute(tx)
  const changed = rows.flatMap(({ user_id: userId, uses: lines }) => {
    const uses = fromLines(lines)
    let now: CapUse[] | null = null
    for (const settlement of byUser.get(userId) ?? [])
      now = settleUse(now ?? uses, messageSeq, settlement) ?? now
    return now ? [{ userId, uses: now }] : []
  })
  if (changed.length === 0) return
  await sql`
    update cap_uses c set uses = p.uses, version = c.version + 1
    from unnest(${changed.map(({ userId }) => userId)}::uuid[],
      ${changed.map(({ uses }) => toLines(uses))}::text[]) as p (user_id, uses)
    where c.user_id = p.user_id`.execute(tx)
}

/** Rows at which no cap looks any more, and those of people who were erased. */
export async function forgetUses(db: Db, now: Date): Promise<void> {
  await sql`delete from cap_uses c where c.kept_until < ${now}
    or not exists (select from users u where u.id = c.user_id)`.execute(db)
}
