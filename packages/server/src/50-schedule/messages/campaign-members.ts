import type { Platform } from '@carillon/contract'
import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import type { MessageRow } from './message-row.ts'
import { isReachable, type KeptAudience } from './sharing.ts'

/** A round of one message of a campaign: whoever was met at or after its beginning is not met again in it. */
export interface Round {
  campaignMessageId: string
  /** Whose memory of people met it is: the message's own, or the campaign's where people get one of its messages. */
  membersOf: string
  at: Date
}

type Run = Pick<MessageRow, 'campaign_message_id' | 'campaign_round_at' | 'audience'>

/** The round that a run belongs to; none for any other message. */
export function roundOf({
  campaign_message_id: id,
  campaign_round_at: at,
  audience,
}: Run): Round | undefined {
  if (!id || !at) return undefined
  const { members_of: membersOf = id }: KeptAudience = audience
  return { campaignMessageId: id, membersOf, at }
}

/**
 * Whether `u` is to be met in this round. Somebody without a device that may be sent to is left for later, rather
 * than met for nothing.
 */
export function isDueInRound(
  { appId, platforms }: { appId: string; platforms: readonly Platform[] },
  { membersOf, at }: Round,
): RawBuilder<unknown> {
  return sql`
    ${isReachable(appId, platforms)}
    and not exists (select from campaign_members c where c.campaign_message_id = ${membersOf}::uuid
      and c.user_id = u.id and c.round_at >= ${at}::timestamptz)`
}

/**
 * Takes the people of a step into the round and gives the lines of those who were not in it: the one place that
 * makes "once each" true. It belongs in the transaction that writes their batches.
 */
export async function admitMembers<Line extends { user_id: string | null }>(
  tx: Tx,
  run: Run,
  lines: readonly Line[],
): Promise<readonly Line[]> {
  const round = roundOf(run)
  const people = [...new Set(lines.map((line) => line.user_id))].filter((id) => id !== null)
  if (!round || people.length === 0) return lines
  // In one order, so that two schedulers with the same people wait for each other instead of both being stuck.
  const { rows } = await sql<{ user_id: string }>`
    insert into campaign_members as c (campaign_message_id, user_id, round_at)
    select ${round.membersOf}::uuid, id, ${round.at}::timestamptz from unnest(${people.sort()}::uuid[]) as id
    on conflict (campaign_message_id, user_id) do update set round_at = excluded.round_at
      where c.round_at < excluded.round_at
    returning user_id`.execute(tx)
  const admitted = new Set<string | null>(rows.map((row) => row.user_id))
  return lines.filter((line) => admitted.has(line.user_id))
}

/** Whether the campaign's message has met this person in the round of the run; null when it is no run. */
export async function hasMet(db: Db | Tx, run: Run, userId: string): Promise<boolean | null> {
  const round = roundOf(run)
  if (!round) return null
  const member = await db
    .selectFrom('campaign_members')
    .select('user_id')
    .where('campaign_message_id', '=', round.membersOf)
    .where('user_id', '=', userId)
    .where('round_at', '>=', round.at)
    .executeTakeFirst()
  return member !== undefined
}
