import type { CampaignStatus, ProblemPlace } from '@carillon/contract'
import { type Insertable, type RawBuilder, sql, type Updateable } from 'kysely'
import { type Db, lockNumber, type Tables, type Tx } from '../../00-kernel/index.ts'
import {
  type CampaignMessageRow,
  type CampaignRow,
  statusPredicate,
  type WholeCampaign,
} from './campaign-row.ts'

export interface CampaignFilter {
  status?: CampaignStatus
  type?: string
  appId?: string
  segmentId?: string
  search?: string
  before?: string
  limit: number
  now: Date
}

/** Newest first: ids grow with time. */
export async function readCampaigns(
  db: Db | Tx,
  workspaceId: string,
  { status, type, appId, segmentId, search, before, limit, now }: CampaignFilter,
): Promise<WholeCampaign[]> {
  let query = db
    .selectFrom('campaigns')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('id', 'desc')
    .limit(limit)
  if (before) query = query.where('id', '<', before)
  if (status) query = query.where(statusPredicate(status, now))
  if (type !== undefined) query = query.where('type', '=', type)
  if (segmentId)
    query = query.where(sql<boolean>`${segmentId}::uuid = any(segment_ids || exclude_segment_ids)`)
  if (appId)
    query = query.where(
      sql<boolean>`exists (select from campaign_messages g where g.campaign_id = campaigns.id and g.app_id = ${appId}::uuid)`,
    )
  if (search) query = query.where(sql<boolean>`strpos(lower(name), lower(${search}::text)) > 0`)
  return withMessages(db, await query.execute())
}

async function withMessages(db: Db | Tx, rows: readonly CampaignRow[]): Promise<WholeCampaign[]> {
  if (rows.length === 0) return []
  const messages = await db
    .selectFrom('campaign_messages')
    .selectAll()
    .where(
      'campaign_id',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('place')
    .execute()
  const byCampaign = Map.groupBy(messages, ({ campaign_id }) => campaign_id)
  return rows.map((row) => ({ ...row, messages: byCampaign.get(row.id) ?? [] }))
}

export async function findCampaign(
  db: Db | Tx,
  workspaceId: string,
  id: string,
): Promise<WholeCampaign | undefined> {
  const row = await db
    .selectFrom('campaigns')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && (await withMessages(db, [row]))[0]
}

/** Until the transaction ends the campaign neither changes nor makes a run elsewhere. */
export async function lockCampaign(
  tx: Tx,
  workspaceId: string,
  id: string,
): Promise<WholeCampaign | undefined> {
  const row = await tx
    .selectFrom('campaigns')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row && (await withMessages(tx, [row]))[0]
}

/** The campaign that has waited longest for an evaluation; one that another scheduler holds is passed over. */
export async function lockDueCampaign(tx: Tx, now: Date): Promise<WholeCampaign | undefined> {
  const rows = await tx
    .selectFrom('campaigns')
    .selectAll()
    .where('next_evaluation_at', '<=', now)
    .where('paused_at', 'is', null)
    .orderBy('next_evaluation_at')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .execute()
  return (await withMessages(tx, rows))[0]
}

/** Those that send to whoever matches now, in the one order in which they are locked. */
export async function lockRunningCampaigns(tx: Tx, workspaceId: string, now: Date): Promise<WholeCampaign[]> {
  const rows = await tx
    .selectFrom('campaigns')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where(statusPredicate('running', now))
    .orderBy('id')
    .forUpdate()
    .execute()
  return withMessages(tx, rows)
}

/** All that are running look at everybody, now. */
export async function evaluateAllNow(tx: Tx, workspaceId: string, now: Date): Promise<void> {
  await tx
    .updateTable('campaigns')
    .set({ next_evaluation_at: now })
    .where('workspace_id', '=', workspaceId)
    .where(statusPredicate('running', now))
    .execute()
}

/** An evaluation that broke is tried again then, unless the campaign was changed meanwhile. */
export async function postpone(db: Db, id: string, until: Date): Promise<void> {
  await db
    .updateTable('campaigns')
    .set({ next_evaluation_at: until })
    .where('id', '=', id)
    .where('next_evaluation_at', '<', until)
    .execute()
}

export async function nextDueAt(db: Db): Promise<Date | null> {
  const row = await db
    .selectFrom('campaigns')
    .select((eb) => eb.fn.min('next_evaluation_at').as('at'))
    .where('next_evaluation_at', 'is not', null)
    .where('paused_at', 'is', null)
    .executeTakeFirst()
  return row?.at ?? null
}

/** In the order of their start. */
export async function readSpan(
  db: Db | Tx,
  workspaceId: string,
  { from, to, limit }: { from: Date; to: Date; limit: number },
): Promise<CampaignRow[]> {
  return db
    .selectFrom('campaigns')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('start_at', '<', to)
    .where(sql<boolean>`least(end_at, coalesce(terminated_at, end_at)) > ${from}`)
    .orderBy('start_at')
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** Taken by every write that sets a name, so that nobody takes it between the look and the write. */
export async function lockNames(tx: Tx, workspaceId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${lockNumber('campaigns', workspaceId)}::bigint)`.execute(tx)
}

export async function findCampaignByName(
  db: Db | Tx,
  workspaceId: string,
  name: string,
): Promise<{ id: string } | undefined> {
  return db
    .selectFrom('campaigns')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .executeTakeFirst()
}

export async function insertCampaign(tx: Tx, row: Insertable<Tables['campaigns']>): Promise<void> {
  await tx.insertInto('campaigns').values(row).execute()
}

export async function updateCampaign(
  tx: Tx,
  id: string,
  change: Updateable<Tables['campaigns']>,
): Promise<void> {
  await tx.updateTable('campaigns').set(change).where('id', '=', id).execute()
}

export async function deleteCampaign(tx: Tx, id: string): Promise<void> {
  await forgetMembers(
    tx,
    sql`
    select id from campaign_messages where campaign_id = ${id}::uuid union all select ${id}::uuid`,
  )
  await tx.deleteFrom('campaigns').where('id', '=', id).execute()
}

/** What one memory of people met knows, another knows as well from now on. */
export async function shareMembers(tx: Tx, from: readonly string[], to: readonly string[]): Promise<void> {
  await sql`
    insert into campaign_members as c (campaign_message_id, user_id, round_at)
    select target, user_id, max(round_at) from campaign_members, unnest(${to}::uuid[]) as target
    where campaign_message_id = any(${from}::uuid[]) group by 1, 2
    on conflict (campaign_message_id, user_id) do update set round_at = greatest(c.round_at, excluded.round_at)`.execute(
    tx,
  )
}

async function forgetMembers(tx: Tx, of: RawBuilder<unknown>): Promise<void> {
  await sql`delete from campaign_members where campaign_message_id in (${of})`.execute(tx)
}

type NewMessage = Insertable<Tables['campaign_messages']>

/** The messages of a campaign from now on; those that are left out go with the memory of whom they met. */
export async function putMessages(
  tx: Tx,
  campaignId: string,
  messages: readonly NewMessage[],
): Promise<void> {
  const ids = messages.map(({ id }) => id)
  const left = sql`campaign_messages where campaign_id = ${campaignId}::uuid and id <> all(${ids}::uuid[])`
  await forgetMembers(tx, sql`select id from ${left}`)
  await sql`delete from ${left}`.execute(tx)
  if (messages.length === 0) return
  await tx
    .insertInto('campaign_messages')
    .values([...messages])
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        place: eb.ref('excluded.place'),
        app_id: eb.ref('excluded.app_id'),
        channel: eb.ref('excluded.channel'),
        name: eb.ref('excluded.name'),
        content: eb.ref('excluded.content'),
        template_id: eb.ref('excluded.template_id'),
        variables: eb.ref('excluded.variables'),
        overrides: eb.ref('excluded.overrides'),
        experiment: eb.ref('excluded.experiment'),
        experiment_id: eb.ref('excluded.experiment_id'),
        repeat: eb.ref('excluded.repeat'),
        delivery: eb.ref('excluded.delivery'),
        pace_per_minute: eb.ref('excluded.pace_per_minute'),
        topic: eb.ref('excluded.topic'),
        tags: eb.ref('excluded.tags'),
      })),
    )
    .execute()
}

/** People whom each message met at or after the moment given for it. */
export async function countMembers(
  db: Db | Tx,
  rounds: readonly { id: CampaignMessageRow['id']; at: Date }[],
): Promise<Map<string, number>> {
  const { rows } = await sql<{ id: string; n: number }>`
    select r.id, (select count(*) from campaign_members c
      where c.campaign_message_id = r.id and c.round_at >= r.at) as n
    from unnest(${rounds.map(({ id }) => id)}::uuid[], ${rounds.map(({ at }) => at)}::timestamptz[]) as r (id, at)`.execute(
    db,
  )
  return new Map(rows.map(({ id, n }) => [id, n]))
}

export async function recordEvaluation(
  tx: Tx,
  id: string,
  { at, next, problems }: { at: Date; next: Date | null; problems: readonly ProblemPlace[] },
): Promise<void> {
  await updateCampaign(tx, id, {
    evaluated_at: at,
    next_evaluation_at: next,
    problems: JSON.stringify(problems),
  })
}
