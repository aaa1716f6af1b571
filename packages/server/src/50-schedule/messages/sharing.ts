import { type Audience, type Channel, channelPlatforms, type Platform } from '@carillon/contract'
import { type RawBuilder, sql } from 'kysely'

/** How a message shares its people with the other messages of one send, so that each gets the first that reaches them. */
export interface Sharing {
  /** People whom one of these reaches are left to it. */
  unless: readonly { app_id: string; channel: Channel }[]
  /** People whom this message does not reach are left to another, instead of being recorded here. */
  only_reachable: boolean
}

/** An audience as a message keeps it. */
export type KeptAudience = Audience & {
  sharing?: Sharing
  /** Whose memory of people met it uses: that of a campaign's message, or of the whole campaign. */
  members_of?: string
}

/** Of the first that reaches somebody, the place of each in the order; with one place alone there is nothing to share. */
export function sharingOf(
  places: readonly { app_id: string; channel: Channel }[],
  place: number,
): Sharing | undefined {
  if (places.length < 2) return undefined
  return { unless: places.slice(0, place), only_reachable: place < places.length - 1 }
}

/** Whether something of the app on these platforms may be sent to `u`. */
export function isReachable(appId: string, platforms: readonly Platform[]): RawBuilder<unknown> {
  if (platforms.includes('wallet')) return mayHavePass(appId)
  return sql`exists (select from subscriptions d where d.user_id = u.id and d.app_id = ${appId}::uuid
    and d.platform = any(${platforms}::text[]) and d.status = 'active' and d.permission <> 'denied')`
}

/** Whoever has no pass yet is given one by the message itself. */
function mayHavePass(appId: string): RawBuilder<unknown> {
  return sql`exists (select from credentials c where c.app_id = ${appId}::uuid and c.platform = 'wallet')
    and not exists (select from subscriptions d where d.user_id = u.id and d.app_id = ${appId}::uuid
      and d.platform = 'wallet' and d.status <> 'active')`
}

/** Whether `u` is left to this message by those that it shares people with. */
export function isLeftTo(
  { appId, platforms }: { appId: string; platforms: readonly Platform[] },
  { unless, only_reachable }: Sharing,
): RawBuilder<unknown> {
  const others = unless.map(
    ({ app_id, channel }) => sql`not ${isReachable(app_id, channelPlatforms[channel])}`,
  )
  return sql.join([...others, only_reachable ? isReachable(appId, platforms) : sql`true`], sql` and `)
}
