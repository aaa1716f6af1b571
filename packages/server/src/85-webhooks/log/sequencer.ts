import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'

/** Notes moved in one transaction. */
export const stepNotes = 1_000

/**
 * Moves committed notes into the log, in the order in which they were written, and says how many. Only one does so
 * at a time, and positions are given under its lock: a position is visible before any larger one is given. A
 * transaction that commits late is moved late, and so is never behind somebody who has read on.
 */
export async function sequenceEvents(db: Db): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('event_sequencer')
      .select('last_position')
      .forUpdate()
      .skipLocked()
      .executeTakeFirst()
    if (!row) return 0
    await noteEnded(tx)
    const { taken, last } = await moveNotes(tx)
    if (last === null) return taken
    await sql`update event_sequencer set last_position = ${last}`.execute(tx)
    await sql`select pg_notify('events', '')`.execute(tx)
    return taken
  })
}

/**
 * Frozen messages without an open batch have ended. Their deliveries were noted with the batches' last windows, so
 * this note comes after all of those. What was cancelled has said so.
 */
async function noteEnded(tx: Tx): Promise<void> {
  await sql`
    with ended as (
      delete from event_open_messages o using messages m
      where m.seq = o.message_seq and (m.cancelled_at is not null
        or not exists (select from batches b where b.message_seq = m.seq and b.closed_at is null))
      returning m.seq, m.workspace_id, m.cancelled_at
    )
    insert into event_intake (workspace_id, type, message_seq)
    select workspace_id, 'message.finished', seq from ended where cancelled_at is null`.execute(tx)
}

async function moveNotes(tx: Tx): Promise<{ taken: number; last: number | null }> {
  const { rows } = await sql<{ taken: number; last: number | null }>`
    with taken as (
      delete from event_intake where id in (select id from event_intake order by id limit ${stepNotes}) returning *
    ), moved as (
      insert into events (workspace_id, type, message_seq, ordinals, data, at)
      select coalesce(t.workspace_id, m.workspace_id), t.type, t.message_seq, t.ordinals, t.data, t.at
      from taken t left join messages m on m.seq = t.message_seq
      where coalesce(t.workspace_id, m.workspace_id) is not null
      order by t.id
      returning position
    )
    select (select count(*) from taken) as taken, (select max(position) from moved) as last`.execute(tx)
  return rows[0] ?? { taken: 0, last: null }
}

/** Says whether notes are to ring for a sequencer. True where somebody else is awake costs a few rings. */
export async function setAsleep(db: Db, isAsleep: boolean): Promise<void> {
  await sql`update event_sequencer set is_asleep = ${isAsleep} where is_asleep <> ${isAsleep}`.execute(db)
}
