import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { shiftSpread } from './timing/shift-spread.ts'

/** Wakes whoever freezes or sends, once the transaction commits. */
export async function announceChange(tx: Tx): Promise<void> {
  await sql`select pg_notify('messages', ''), pg_notify('batches', '')`.execute(tx)
}

const isOpen = sql<boolean>`(m.cancelled_at is null and (m.frozen_at is null
  or exists (select from batches b where b.message_seq = m.seq and b.closed_at is null)))`

/** The runs of a campaign that have not ended, locked in one order; of one of its messages where it is named. */
async function lockOpenRuns(tx: Tx, campaignId: string, messageIds?: readonly string[]): Promise<number[]> {
  const { rows } = await sql<{ seq: number }>`
    select m.seq from messages m where m.campaign_id = ${campaignId}::uuid and ${isOpen}
      ${messageIds ? sql`and m.campaign_message_id = any(${messageIds}::uuid[])` : sql``}
    order by m.seq for update`.execute(tx)
  return rows.map(({ seq }) => seq)
}

/** Holds the runs that nobody holds yet. The moment marks them as held by the campaign. */
export async function pauseRuns(tx: Tx, campaignId: string, at: Date): Promise<void> {
  const seqs = await lockOpenRuns(tx, campaignId)
  await sql`update messages set paused_at = ${at}
    where seq = any(${seqs}::bigint[]) and paused_at is null`.execute(tx)
  await announceChange(tx)
}

/** Goes on with the runs that the pause at that moment held; one that somebody paused by hand stays. */
export async function resumeRuns(
  tx: Tx,
  campaignId: string,
  { pausedAt, now }: { pausedAt: Date; now: Date },
): Promise<void> {
  const seqs = await lockOpenRuns(tx, campaignId)
  await shiftSpread(tx, seqs, { pausedAt, now })
  await sql`update messages set paused_at = null
    where seq = any(${seqs}::bigint[]) and paused_at = ${pausedAt}`.execute(tx)
  await announceChange(tx)
}

export async function cancelRuns(
  tx: Tx,
  campaignId: string,
  { at, messageIds }: { at: Date; messageIds?: readonly string[] },
): Promise<void> {
  const seqs = await lockOpenRuns(tx, campaignId, messageIds)
  await sql`update messages set cancelled_at = ${at} where seq = any(${seqs}::bigint[])`.execute(tx)
  await announceChange(tx)
}

/** A campaign that ends at another time takes its open runs along. */
export async function moveExpiry(tx: Tx, campaignId: string, to: Date): Promise<void> {
  const seqs = await lockOpenRuns(tx, campaignId)
  await sql`update messages set expires_at = ${to} where seq = any(${seqs}::bigint[])`.execute(tx)
}

/** Whether a run of this message is still looking for its people. */
export async function isRunFreezing(db: Db | Tx, campaignId: string, messageId: string): Promise<boolean> {
  const { rows } = await sql`
    select from messages where campaign_id = ${campaignId}::uuid and campaign_message_id = ${messageId}::uuid
      and frozen_at is null and cancelled_at is null limit 1`.execute(db)
  return rows.length > 0
}

/** Deliveries of a campaign that may be on the wire now. */
export async function countRunsInFlight(db: Db | Tx, campaignId: string, now: Date): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select coalesce(sum(b.in_flight), 0) as n from messages m join batches b on b.message_seq = m.seq
    where m.campaign_id = ${campaignId}::uuid and b.closed_at is null and b.lease_until > ${now}`.execute(db)
  return rows[0]?.n ?? 0
}

/** A run that was held by its campaign goes on with it alone. */
export async function isHeldByCampaign(
  tx: Tx,
  { campaign_id: id, paused_at: at }: { campaign_id: string | null; paused_at: Date | null },
): Promise<boolean> {
  if (!id || !at) return false
  const campaign = await tx
    .selectFrom('campaigns')
    .select('paused_at')
    .where('id', '=', id)
    .executeTakeFirst()
  return campaign?.paused_at != null
}

/** People to whom a campaign handed nothing over, be it cancelled, expired or refused: they have not got it. */
export async function forgetUnsentMembers(tx: Tx, campaignId: string): Promise<void> {
  await sql`
    delete from campaign_members c
    where c.campaign_message_id in (
        select id from campaign_messages where campaign_id = ${campaignId}::uuid union all select ${campaignId}::uuid)
      and not exists (
        select from deliveries d join messages m on m.seq = d.message_seq
        where d.user_id = c.user_id and d.outcome = 'sent'
          and c.campaign_message_id in (m.campaign_message_id, (m.audience ->> 'members_of')::uuid))`.execute(
    tx,
  )
}

/** How many people the runs of each message found, in the round that began then or later. */
export async function countMet(
  db: Db | Tx,
  rounds: readonly { id: string; at: Date }[],
): Promise<Map<string, number>> {
  const { rows } = await sql<{ id: string; n: number }>`
    select r.id, coalesce(sum(m.targeted), 0) as n
    from unnest(${rounds.map(({ id }) => id)}::uuid[], ${rounds.map(({ at }) => at)}::timestamptz[]) as r (id, at)
    left join messages m on m.campaign_message_id = r.id and m.campaign_round_at >= r.at
    group by r.id`.execute(db)
  return new Map(rows.map(({ id, n }) => [id, n]))
}

export interface RunSums {
  pending: number
  sent: number
  failed: number
  opened: number
  clicked: number
}

/** What became of all runs, by the campaign's message, from the sums that dispatch writes. */
export async function readRunSums(
  db: Db | Tx,
  campaignIds: readonly string[],
): Promise<Map<string, RunSums>> {
  const { rows } = await sql<{ id: string; what: string; n: number }>`
    with run as (
      select seq, campaign_message_id as id from messages where campaign_id = any(${campaignIds}::uuid[])
    )
    select run.id, c.outcome as what, sum(c.n) as n from run join delivery_counts c on c.message_seq = run.seq
    where c.outcome in ('sent', 'failed') group by 1, 2
    union all
    select run.id, i.type, sum(i.n) from run join interaction_counts i on i.message_seq = run.seq
    where i.type in ('opened', 'clicked') group by 1, 2
    union all
    select run.id, 'pending', sum(b.size - b.done) from run join batches b on b.message_seq = run.seq
    where b.closed_at is null group by 1`.execute(db)
  const sums = new Map<string, RunSums>()
  for (const { id, what, n } of rows) sums.set(id, { ...(sums.get(id) ?? noSums), [what]: n })
  return sums
}

export const noSums: RunSums = { pending: 0, sent: 0, failed: 0, opened: 0, clicked: 0 }
