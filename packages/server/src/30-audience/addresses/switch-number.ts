import { sql } from 'kysely'
import type { Tx } from '../../00-kernel/index.ts'
import { recordByPerson } from '../../10-access/index.ts'
import { noteChangedUsers } from '../changed-users.ts'
import { addressGone } from './store.ts'
import { subscribeAddresses } from './sync-addresses.ts'

export interface Switched {
  /** The subscription that has the number, the first where several people share it; null for what is no number. */
  subscriptionId: string | null
  userId: string | null
  /** Those whose status is another one now. */
  changed: string[]
}

/** Switches a phone number off or on again in one app, for everybody who has it; one that nobody had is kept. */
export async function switchNumber(
  tx: Tx,
  workspaceId: string,
  { appId, number, to, now }: { appId: string; number: string; to: 'unsubscribed' | 'active'; now: Date },
): Promise<Switched> {
  const [subscriptionId = null] = await subscribeAddresses(tx, workspaceId, {
    appId,
    platform: 'sms',
    addresses: [number],
    now,
  })
  if (subscriptionId === null) return { subscriptionId, userId: null, changed: [] }
  const { rows } = await sql<{ id: string; user_id: string | null; is_changed: boolean }>`
    with same as (
      select o.id, o.user_id, o.status, o.status_reason from subscriptions s
      join subscriptions o on o.app_id = s.app_id and o.platform = s.platform and o.token = s.token
      where s.id = ${subscriptionId} order by o.id for update of o
    ), switched as (
      update subscriptions s set status = ${to}, status_at = ${now},
        status_reason = ${to === 'active' ? null : 'stop'},
        registered_at = case when ${to} = 'active' then ${now}::timestamptz else s.registered_at end
      from same
      where s.id = same.id and s.status <> ${to} and not (s.status = 'retired' and s.status_reason = ${addressGone})
      returning s.id
    )
    select same.id, same.user_id, exists (select from switched w where w.id = same.id) as is_changed
    from same order by same.id`.execute(tx)
  await noteChangedUsers(
    tx,
    workspaceId,
    rows.filter((row) => row.is_changed).map((row) => row.user_id),
  )
  for (const { id, is_changed } of rows)
    if (is_changed)
      await recordByPerson(tx, {
        workspaceId,
        subscriptionId: id,
        action: 'patchSubscription',
        resource: { kind: 'subscriptions', id },
        fields: ['status'],
        status: 200,
      })
  const own = rows.find((row) => row.id === subscriptionId)
  return {
    subscriptionId,
    userId: own?.user_id ?? null,
    changed: rows.filter((row) => row.is_changed).map((row) => row.id),
  }
}
