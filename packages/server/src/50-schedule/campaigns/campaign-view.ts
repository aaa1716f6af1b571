import type { CalendarEntry, Campaign } from '@carillon/contract'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { noSums, type RunSums, readRunSums } from '../messages/index.ts'
import { type CampaignMessageRow, type CampaignRow, statusOf, type WholeCampaign } from './campaign-row.ts'

/** Campaigns as the API shows them, with the sums of all their runs. */
export async function campaignViews(
  db: Db | Tx,
  rows: readonly WholeCampaign[],
  now: Date,
): Promise<Campaign[]> {
  const sums = await readRunSums(
    db,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => campaignView(row, sums, now))
}

function campaignView(row: WholeCampaign, sums: ReadonlyMap<string, RunSums>, now: Date): Campaign {
  const { messages, workspace_id: _workspace, renewed_at: _renewed, ...shown } = row
  return {
    ...shown,
    status: statusOf(row, now),
    start_at: row.start_at.toISOString(),
    end_at: row.end_at.toISOString(),
    next_evaluation_at: timeOf(row.paused_at ? null : row.next_evaluation_at),
    evaluated_at: timeOf(row.evaluated_at),
    messages: messages.map(messageView),
    totals: totalsOf(messages.map(({ id }) => sums.get(id) ?? noSums)),
    launched_at: timeOf(row.launched_at),
    paused_at: timeOf(row.paused_at),
    terminated_at: timeOf(row.terminated_at),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

function messageView({
  campaign_id: _campaign,
  place: _place,
  experiment_id: _experiment,
  ...shown
}: CampaignMessageRow) {
  return shown
}

function totalsOf(all: readonly RunSums[]): Campaign['totals'] {
  const sum = (what: keyof RunSums) => all.reduce((total, each) => total + each[what], 0)
  return { sent: sum('sent'), failed: sum('failed'), opened: sum('opened'), clicked: sum('clicked') }
}

export function calendarEntry(row: CampaignRow, now: Date): CalendarEntry {
  const { id, name, type, zone, start_local, end_local, start_at, end_at, terminated_at } = row
  const end = terminated_at && terminated_at < end_at ? terminated_at : end_at
  return {
    id,
    name,
    type,
    status: statusOf(row, now),
    zone,
    start_local,
    end_local,
    start_at: start_at.toISOString(),
    end_at: end.toISOString(),
  }
}

function timeOf(at: Date | null): string | null {
  return at?.toISOString() ?? null
}
