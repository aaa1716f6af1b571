import { sql } from 'kysely'
import { lockNumber, type Tx } from '../00-kernel/index.ts'
import type { BatchRow, MessageRow } from '../50-schedule/index.ts'

const minuteMs = 60_000

/** A minute's share goes in twelve parts, so that it does not all go in its first second. */
const partMs = 5_000
const partsPerMinute = minuteMs / partMs

export interface Pace {
  /** Shared by all runs of a campaign's message. */
  key: string
  perMinute: number
}

/** How fast a message may go; null when nobody said. */
export function paceOf({ id, campaign_message_id, pace_per_minute }: MessageRow): Pace | null {
  return pace_per_minute === null ? null : { key: campaign_message_id ?? id, perMinute: pace_per_minute }
}

export interface Turn {
  /** Recipients that the next window may hold. */
  most: number
  /** When to ask again; null while some may go. */
  again: Date | null
}

/**
 * Ends a batch's last window and says how many may go now. Workers take turns under a lock. A window counts from its
 * opening until a minute after its answers, because nobody knows when in between it reached the provider: so no
 * minute holds more than its share, however slow the answers, and whatever waited meanwhile.
 */
export async function takeTurn(
  tx: Tx,
  { key, perMinute }: Pace,
  { id, fence }: BatchRow,
  { handed, now }: { handed: number; now: Date },
): Promise<Turn> {
  await sql`select pg_advisory_xact_lock(${lockNumber('pace', key)}::bigint)`.execute(tx)
  const aMinuteAgo = new Date(now.getTime() - minuteMs)
  // An earlier claim's window broke off: how many of it were handed over is not known.
  await sql`
    update paced_windows set done_at = ${now}, n = case when fence = ${fence} then ${handed} else n end
    where pace_key = ${key}::uuid and batch_id = ${id} and fence <= ${fence} and done_at is null`.execute(tx)
  await sql`
    delete from paced_windows where ctid = any(array(
      select ctid from paced_windows where done_at <= ${aMinuteAgo} limit 1000 for update skip locked))`.execute(
    tx,
  )
  const aPartAgo = new Date(now.getTime() - partMs)
  const { rows } = await sql<Used>`
    select coalesce(sum(n) filter (where done_at is null or done_at > ${aMinuteAgo}), 0)::int as in_minute,
      coalesce(sum(n) filter (where opened_at > ${aPartAgo}), 0)::int as in_part,
      min(done_at) filter (where done_at > ${aMinuteAgo} and n > 0) as first_done,
      min(opened_at) filter (where opened_at > ${aPartAgo} and n > 0) as first_opened
    from paced_windows where pace_key = ${key}::uuid`.execute(tx)
  return turnOf(rows[0] as Used, perMinute, now)
}

interface Used {
  in_minute: number
  in_part: number
  first_done: Date | null
  first_opened: Date | null
}

function turnOf({ in_minute, in_part, first_done, first_opened }: Used, perMinute: number, now: Date): Turn {
  const ofMinute = perMinute - in_minute
  const most = Math.min(ofMinute, Math.ceil(perMinute / partsPerMinute) - in_part)
  if (most > 0) return { most, again: null }
  const after = (at: Date | null, ms: number) => (at ? new Date(at.getTime() + ms) : null)
  const freed = ofMinute <= 0 ? after(first_done, minuteMs) : after(first_opened, partMs)
  // All of it is on the wire still.
  return { most: 0, again: freed ?? new Date(now.getTime() + 1_000) }
}

/** Counts a window that has just been opened. */
export async function openTurn(
  tx: Tx,
  { key }: Pace,
  { id, fence }: BatchRow,
  { n, now }: { n: number; now: Date },
): Promise<void> {
  await sql`
    insert into paced_windows (pace_key, batch_id, fence, n, opened_at)
    values (${key}::uuid, ${id}, ${fence}, ${n}, ${now})`.execute(tx)
}

/** Nothing of the message is looked at before its next turn. */
export async function waitForTurn(tx: Tx, { message_seq }: BatchRow, again: Date): Promise<void> {
  await sql`
    update batches set due_at = ${again}
    where message_seq = ${message_seq} and closed_at is null and lease_until is null and due_at < ${again}`.execute(
    tx,
  )
}
