import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { type Settlement, settleUse } from './take-use.ts'
import { type CapUse, fromLines, toLines } from './use-lines.ts'

/** What is known of one person's uses; version 0 when there is no row. */
export interface UsesRow {
  uses: readonly CapUse[]
  version: number
}

export async function readUses(db: Db, userIds: readonly string[]): Promise<Map<string, UsesRow>> {
  const { rows } = await sql<{ user_id: string; uses: string; version: number }>`
    select user_id, uses, version from cap_uses where user_id = any(${userIds}::uuid[])`.execute(db)
  return new Map(rows.map(({ user_id, uses, version }) => [user_id, { uses: fromLines(uses), version }]))
}

export interface UsesChange extends UsesRow {
  userId: string
}

/**
 * Writes what follows from the versions that were read, and answers for whom it did not: those with whom somebody
 * else was quicker. In one order, so that two dispatchers never wait for each other in a circle.
 */
export async function writeUses(
  db: Db,
  { workspaceId, keptUntil }: { workspaceId: string; keptUntil: Date },
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
