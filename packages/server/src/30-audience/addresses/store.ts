import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { type AddressPlatform, addressPlatforms } from './normalise-address.ts'

/** A person in an app that sends to addresses of this kind, and the subscription that they have for it. */
export interface Holder {
  user_id: string
  app_id: string
  platform: AddressPlatform
  attributes: Record<string, unknown>
  subscription_id: string | null
  token: string | null
  status: string | null
  status_reason: string | null
}

/** Nobody where no app has a credential for addresses, which costs one look. Holds the people as they are. */
export async function readHolders(
  tx: Tx,
  workspaceId: string,
  people: RawBuilder<unknown>,
): Promise<Holder[]> {
  const { rows } = await sql<Holder>`
    with place as materialized (
      select c.app_id, c.platform from credentials c join apps a on a.id = c.app_id
      where a.workspace_id = ${workspaceId}::uuid and c.platform = any(${addressPlatforms}::text[])
    )
    select u.id as user_id, p.app_id, p.platform, u.attributes, s.id as subscription_id, s.token, s.status,
      s.status_reason
    from place p join users u on u.workspace_id = ${workspaceId}::uuid and ${people}
    left join subscriptions s on s.app_id = p.app_id and s.platform = p.platform and s.device_id = u.id::text
    order by u.id, p.app_id, p.platform for share of u`.execute(tx)
  return rows
}

export interface NewAddress {
  id: string
  app_id: string
  platform: AddressPlatform
  user_id: string | null
  token: string
  token_hash: Buffer
}

/**
 * One subscription for a person, app and kind; another address of theirs takes it over and is not dead yet. Whoever
 * unsubscribed stays so, whatever their address.
 */
export async function writeAddresses(
  tx: Tx,
  workspaceId: string,
  addresses: readonly NewAddress[],
  now: Date,
): Promise<void> {
  if (addresses.length === 0) return
  const column = <T>(pick: (address: NewAddress) => T) => addresses.map(pick)
  await sql`
    insert into subscriptions as s (id, workspace_id, app_id, platform, token, token_hash, device_id, user_id,
      registered_at, created_at)
    select a.id, ${workspaceId}::uuid, a.app_id, a.platform, a.token, a.token_hash, a.user_id::text, a.user_id,
      ${now}::timestamptz, ${now}::timestamptz
    from unnest(${column((a) => a.id)}::uuid[], ${column((a) => a.app_id)}::uuid[],
      ${column((a) => a.platform)}::text[], ${column((a) => a.token)}::text[],
      ${column((a) => a.token_hash)}::bytea[], ${column((a) => a.user_id)}::uuid[])
      as a (id, app_id, platform, token, token_hash, user_id)
    on conflict (app_id, platform, device_id) where device_id is not null do update set token = excluded.token,
      token_hash = excluded.token_hash, registered_at = excluded.registered_at,
      status = case when s.status = 'unsubscribed' then s.status else 'active' end,
      status_reason = case when s.status = 'unsubscribed' then s.status_reason end,
      status_at = case when s.status in ('active', 'unsubscribed') then s.status_at else excluded.registered_at end`.execute(
    tx,
  )
}

/** The attribute is gone: what it held is nobody's to send to. */
export const addressGone = 'address_removed'

export async function retireGone(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return
  await sql`
    update subscriptions set status = 'retired', status_reason = ${addressGone}, status_at = ${now}
    where id = any(${ids}::uuid[]) and status <> 'unsubscribed'`.execute(tx)
}

/** Everybody who has one of the addresses in the app, and the addresses themselves. */
export async function findByAddress(
  db: Db | Tx,
  { appId, platform, tokens }: { appId: string; platform: AddressPlatform; tokens: readonly string[] },
): Promise<{ id: string; token: string }[]> {
  const { rows } = await sql<{ id: string; token: string }>`
    select distinct on (token) id, token from subscriptions
    where app_id = ${appId}::uuid and platform = ${platform} and token = any(${tokens}::text[])
    order by token, status = 'active', id`.execute(db)
  return rows
}

/** Begins to take over the addresses of everybody for credentials that are new. False when there is none. */
export async function findNewBooks(
  tx: Tx,
): Promise<{ workspace_id: string; app_id: string; platform: AddressPlatform }[]> {
  const { rows } = await sql<{ workspace_id: string; app_id: string; platform: AddressPlatform }>`
    select a.workspace_id, c.app_id, c.platform from credentials c join apps a on a.id = c.app_id
    where c.platform = any(${addressPlatforms}::text[]) and not exists (
      select from address_books b where b.app_id = c.app_id and b.platform = c.platform)
    for update of c skip locked`.execute(tx)
  return rows
}

export async function insertBook(
  tx: Tx,
  book: { app_id: string; platform: AddressPlatform; job_id: string },
): Promise<void> {
  await tx.insertInto('address_books').values(book).execute()
}
