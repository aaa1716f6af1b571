import { type CampaignCounts, channelPlatforms, channels } from '@carillon/contract'
import { sql } from 'kysely'
import type { Db } from '../../00-kernel/index.ts'
import { segmentPredicate } from '../../30-audience/index.ts'
import { countMet, noSums, readRunSums } from '../messages/index.ts'
import type { WholeCampaign } from './campaign-row.ts'
import { roundOf } from './rounds.ts'
import { countMembers } from './store.ts'

/** Who could get each message now, and what became of those who were met. */
export async function readCampaignCounts(
  db: Db,
  campaign: WholeCampaign,
  now: Date,
): Promise<CampaignCounts> {
  const { users, subscribed } = await countAudience(db, campaign, now)
  const rounds = campaign.messages.map(({ id, repeat }) => ({
    id,
    at: repeat ? roundOf(campaign, repeat, now).at : campaign.renewed_at,
  }))
  // Where people get one of the messages, only the runs tell of which.
  const met = await (campaign.reach === 'first' ? countMet(db, rounds) : countMembers(db, rounds))
  const sums = await readRunSums(db, [campaign.id])
  const messages = campaign.messages.map(({ id, app_id, channel }) => ({
    campaign_message_id: id,
    subscribed: subscribed.get(`${app_id}:${channel}`) ?? 0,
    met: met.get(id) ?? 0,
    ...(sums.get(id) ?? noSums),
  }))
  return { users, messages }
}

const places = channels.flatMap((channel) => channelPlatforms[channel].map((platform) => [channel, platform]))
const channelRows = sql`(values ${sql.join(places.map(([channel, platform]) => sql`(${channel}, ${platform})`))})
  as c (channel, platform)`

/** Unique users over the segments, and per app and channel those who have a subscription that may be sent to. */
async function countAudience(db: Db, campaign: WholeCampaign, now: Date) {
  const { workspace_id: workspaceId, segment_ids: include, exclude_segment_ids: exclude } = campaign
  const isMeant = await segmentPredicate(db, workspaceId, { include, exclude }, now)
  const appIds = [...new Set(campaign.messages.map(({ app_id }) => app_id))]
  const { rows } = await sql<{ app_id: string; channel: string; n: number }>`
    with member as materialized (
      select u.id from users u where u.workspace_id = ${workspaceId}::uuid and ${isMeant}
    )
    select null::uuid as app_id, null as channel, count(*) as n from member
    union all
    select s.app_id, c.channel, count(distinct s.user_id) from subscriptions s
    join member on member.id = s.user_id join ${channelRows} on c.platform = s.platform
    where s.app_id = any(${appIds}::uuid[]) and s.status = 'active' and s.permission <> 'denied'
    group by s.app_id, c.channel`.execute(db)
  const subscribed = new Map(rows.map(({ app_id, channel, n }) => [`${app_id}:${channel}`, n]))
  return { users: rows[0]?.n ?? 0, subscribed }
}
