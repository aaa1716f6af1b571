import { type Counts, type Overview, platforms, type SubscriptionStatus } from '@carillon/contract'
import { sql } from 'kysely'
import type { Db } from '../00-kernel/index.ts'

const weekMs = 7 * 86_400_000

/** Counts over the whole workspace: a scan of an index each, so nothing to ask for many times a second. */
export async function readOverview(db: Db, workspaceId: string, now: Date): Promise<Overview> {
  const since = new Date(now.getTime() - weekMs)
  const { rows } = await sql<{ apps: number; users: number }>`
    select (select count(*) from apps where workspace_id = ${workspaceId}) as apps,
      (select count(*) from users where workspace_id = ${workspaceId}) as users`.execute(db)
  const [{ apps, users } = { apps: 0, users: 0 }] = rows
  return {
    apps,
    users,
    subscriptions: await countSubscriptions(db, workspaceId),
    last_7_days: { since: since.toISOString(), ...(await countSince(db, workspaceId, since)) },
  }
}

async function countSubscriptions(db: Db, workspaceId: string): Promise<Overview['subscriptions']> {
  const rows = await db
    .selectFrom('subscriptions')
    .select(['platform', 'status', sql<number>`count(*)`.as('n')])
    .where('workspace_id', '=', workspaceId)
    .groupBy(['platform', 'status'])
    .execute()
  const found = Object.fromEntries(
    platforms.map((platform) => [platform, none()]),
  ) as Overview['subscriptions']
  for (const { platform, status, n } of rows) found[platform][status] = n
  return found
}

const none = (): Record<SubscriptionStatus, number> => ({
  active: 0,
  unsubscribed: 0,
  retired: 0,
  suspect: 0,
})

/** From the sums that dispatch keeps, in one statement and so of one moment. */
async function countSince(db: Db, workspaceId: string, since: Date) {
  const { rows } = await sql<{ what: keyof Counts | 'messages'; n: number }>`
    with recent as (select seq from messages where workspace_id = ${workspaceId} and created_at >= ${since})
    select 'messages' as what, count(*) as n from recent
    union all
    select outcome, sum(n) from delivery_counts join recent on seq = message_seq
    where outcome in ('sent', 'failed', 'excluded') group by 1
    union all
    select 'pending', sum(size - done) from batches join recent on seq = message_seq where closed_at is null
    union all
    select type, sum(n) from interaction_counts join recent on seq = message_seq
    where type in ('received', 'opened', 'clicked') group by 1`.execute(db)
  const sumOf = (name: keyof Counts | 'messages') => rows.find(({ what }) => what === name)?.n ?? 0
  const [sent, failed, excluded, pending] = [
    sumOf('sent'),
    sumOf('failed'),
    sumOf('excluded'),
    sumOf('pending'),
  ]
  const targeted = sent + failed + excluded + pending
  const did = { received: sumOf('received'), opened: sumOf('opened'), clicked: sumOf('clicked') }
  return { messages: sumOf('messages'), counts: { targeted, sent, failed, excluded, pending, ...did } }
}
