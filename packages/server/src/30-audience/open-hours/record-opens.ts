import { wallTime } from '@carillon/contract'
import { sql } from 'kysely'
import type { Tx } from '../../00-kernel/index.ts'
import { getSettings } from '../settings/settings.ts'
import { usableZone } from '../usable-zone.ts'
import { addOpenHours, type OpenHour } from './store.ts'

export interface Open {
  messageSeq: number
  ordinal: number
  at: Date
}

/**
 * Notes at which hour of their own day people opened. An open that comes before its delivery is recorded, or from a
 * device without a person, says nothing about anybody.
 */
export async function recordOpens(
  tx: Tx,
  workspaceId: string,
  opens: readonly Open[],
  now: Date,
): Promise<void> {
  if (opens.length === 0) return
  const { rows } = await sql<Open & { user_id: string; zone: string | null }>`
    select o.at, d.user_id, coalesce(u.timezone, s.timezone) as zone
    from unnest(${opens.map((o) => o.messageSeq)}::bigint[], ${opens.map((o) => o.ordinal)}::int[],
      ${opens.map((o) => o.at)}::timestamptz[]) as o (message_seq, ordinal, at)
    join deliveries d on d.message_seq = o.message_seq and d.ordinal = o.ordinal
    join users u on u.id = d.user_id
    left join subscriptions s on s.id = d.subscription_id`.execute(tx)
  if (rows.length === 0) return
  const { timeZone } = await getSettings(tx, workspaceId)
  const hours = new Map<string, OpenHour>()
  for (const { at, user_id: userId, zone } of rows) {
    const local = wallTime(at, usableZone(zone, timeZone))
    const key = `${userId} ${local.slice(0, 13)}`
    const known = hours.get(key) ?? {
      userId,
      day: local.slice(0, 10),
      hour: Number(local.slice(11, 13)),
      n: 0,
    }
    hours.set(key, { ...known, n: known.n + 1 })
  }
  await addOpenHours(tx, [...hours.values()], now.toISOString().slice(0, 10))
}
