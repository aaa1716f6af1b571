import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import type { UserRow } from '../users/store.ts'
import type { SubscriptionRow } from './store.ts'

type Device = Pick<
  SubscriptionRow,
  | 'id'
  | 'app_id'
  | 'platform'
  | 'environment'
  | 'token'
  | 'token_hash'
  | 'target'
  | 'keys'
  | 'status'
  | 'permission'
  | 'user_id'
  | 'locale'
  | 'timezone'
  | 'registered_at'
>

/** All that rendering and sending need to know of one device and its person. */
export interface Target extends Device {
  /** Null when the device has no person. */
  user: Pick<UserRow, 'attributes' | 'identifiers' | 'locale' | 'timezone' | 'consents'> | null
}

type Row = Device & {
  user_attributes: UserRow['attributes'] | null
  user_identifiers: UserRow['identifiers']
  user_locale: string | null
  user_timezone: string | null
  user_consents: UserRow['consents']
}

/** By id; what was deleted since is not among them. */
export async function loadTargets(
  db: Db | Tx,
  subscriptionIds: readonly string[],
): Promise<Map<string, Target>> {
  const { rows } = await sql<Row>`
    select s.id, s.app_id, s.platform, s.environment, s.token, s.token_hash, s.target, s.keys, s.status,
      s.permission, s.user_id, s.locale, s.timezone, s.registered_at, u.attributes as user_attributes,
      u.identifiers as user_identifiers, u.locale as user_locale, u.timezone as user_timezone,
      u.consents as user_consents
    from subscriptions s left join users u on u.id = s.user_id
    where s.id = any(${subscriptionIds}::uuid[])`.execute(db)
  return new Map(rows.map((row) => [row.id, targetOf(row)]))
}

function targetOf(row: Row): Target {
  const { user_attributes, user_identifiers, user_locale, user_timezone, user_consents, ...device } = row
  return {
    ...device,
    // The embedded database gives plain bytes.
    token_hash: Buffer.from(device.token_hash),
    user: user_attributes && {
      attributes: user_attributes,
      identifiers: user_identifiers,
      locale: user_locale,
      timezone: user_timezone,
      consents: user_consents,
    },
  }
}
