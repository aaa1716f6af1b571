import type { CampaignStatus } from '@carillon/contract'
import { type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import type { Tables } from '../../00-kernel/index.ts'

export type CampaignRow = Selectable<Tables['campaigns']>
export type CampaignMessageRow = Selectable<Tables['campaign_messages']>

/** A campaign with its messages in their order. */
export type WholeCampaign = CampaignRow & { messages: CampaignMessageRow[] }

/** What a campaign is at `now`; `statusPredicate` says the same to the database. */
export function statusOf(
  row: Pick<CampaignRow, 'launched_at' | 'terminated_at' | 'paused_at' | 'start_at' | 'end_at'>,
  now: Date,
): CampaignStatus {
  if (row.terminated_at) return 'terminated'
  if (!row.launched_at) return 'draft'
  if (row.end_at <= now) return 'completed'
  if (row.paused_at) return 'paused'
  return row.start_at > now ? 'pending' : 'running'
}

export function statusPredicate(status: CampaignStatus, now: Date): RawBuilder<SqlBool> {
  const launched = sql`terminated_at is null and launched_at is not null`
  const going = sql`${launched} and end_at > ${now} and paused_at is null`
  const predicates: Record<CampaignStatus, RawBuilder<SqlBool>> = {
    terminated: sql`terminated_at is not null`,
    draft: sql`(terminated_at is null and launched_at is null)`,
    completed: sql`(${launched} and end_at <= ${now})`,
    paused: sql`(${launched} and end_at > ${now} and paused_at is not null)`,
    pending: sql`(${going} and start_at > ${now})`,
    running: sql`(${going} and start_at <= ${now})`,
  }
  return predicates[status]
}
