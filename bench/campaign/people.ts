import { type RawBuilder, sql } from 'kysely'
import type { Store } from '../../packages/server/src/00-kernel/index.ts'

export interface People {
  appId: string
  count: number
  /** What the segment asks for, and one of the three personalised fields. */
  tier: string
  environment?: 'production' | 'sandbox'
}

/** Rows in one statement: below what the embedded database holds in memory with ease. */
const chunkSize = 20_000

/**
 * People with one APNs device each, straight into the tables: registering them one by one is not what is measured.
 * Ids grow with time as ours do, so rows and index entries lie as they would in a workspace that filled up slowly.
 */
export async function addPeople(store: Store, people: People): Promise<void> {
  for (let first = 0; first < people.count; first += chunkSize) {
    const last = Math.min(first + chunkSize, people.count) - 1
    await insertChunk(people, first, last).execute(store.db)
  }
}

/** So that neither autovacuum nor a checkpoint for the seeding falls into the measurement. */
export async function settle(store: Store): Promise<void> {
  await sql`vacuum analyze`.execute(store.db)
  await sql`checkpoint`.execute(store.db)
}

function insertChunk({ appId, tier, environment = 'production' }: People, first: number, last: number) {
  return sql`
    with owner as (select workspace_id from apps where id = ${appId}::uuid),
    person as materialized (
      select n, ${timeOrderedId(sql`'user'`, appId)} as id, ${timeOrderedId(sql`'subscription'`, appId)} as subscription_id,
        encode(sha256(convert_to(${appId}::text || n, 'utf8')), 'hex') as token
      from generate_series(${first}::int, ${last}::int) as n
    ),
    new_user as (
      insert into users (id, workspace_id, attributes, reconciliation_value)
      select id, workspace_id,
        jsonb_build_object('email', id || '@example.com', 'first_name', 'Person ' || n,
          'city', 'City ' || n % 250, 'tier', ${tier}::text),
        id || '@example.com'
      from person, owner
    )
    insert into subscriptions (id, workspace_id, app_id, platform, environment, token, token_hash, user_id)
    select subscription_id, workspace_id, ${appId}::uuid, 'apns', ${environment}::text, token,
      sha256(convert_to(token, 'utf8')), id
    from person, owner`
}

/** UUIDv7 of the millisecond n / 10 after an arbitrary beginning; the rest is a hash. */
function timeOrderedId(kind: RawBuilder<unknown>, appId: string): RawBuilder<unknown> {
  const hash = sql`md5(${kind} || ${appId}::text || n)`
  return sql`(lpad(to_hex(1750000000000 + n / 10), 12, '0') || '7' || substr(${hash}, 1, 3)
    || 'a' || substr(${hash}, 4, 15))::uuid`
}
