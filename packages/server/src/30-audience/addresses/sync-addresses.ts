import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { newId, type Tx } from '../../00-kernel/index.ts'
import { lockKeys, shareAudience } from '../audience-lock.ts'
import { noteChangedUsers } from '../changed-users.ts'
import { type AddressPlatform, addressOf, normaliseAddress } from './normalise-address.ts'
import {
  addressGone,
  findByAddress,
  type Holder,
  type NewAddress,
  readHolders,
  retireGone,
  writeAddresses,
} from './store.ts'

/** Makes the addresses of these people the subscriptions that they are, in every app that sends to addresses. */
export async function syncAddresses(
  tx: Tx,
  workspaceId: string,
  userIds: readonly string[],
  now: Date,
): Promise<void> {
  if (userIds.length === 0) return
  const holders = await readHolders(tx, workspaceId, sql`u.id = any(${userIds}::uuid[])`)
  await syncHolders(tx, workspaceId, holders, now)
}

/** As `syncAddresses`, for what was read of people already. */
export async function syncHolders(
  tx: Tx,
  workspaceId: string,
  holders: readonly Holder[],
  now: Date,
): Promise<void> {
  const gone: string[] = []
  const changed = holders.flatMap((holder) => {
    const address = addressOf(holder.platform, holder.attributes)
    if (address !== null) return isSettled(holder, address) ? [] : [newAddress(holder, address, now)]
    if (holder.subscription_id) gone.push(holder.subscription_id)
    return []
  })
  await writeAddresses(tx, workspaceId, changed, now)
  await retireGone(tx, gone, now)
  await noteChangedUsers(
    tx,
    workspaceId,
    changed.map((address) => address.user_id),
  )
}

/**
 * The subscriptions of addresses that were typed into a call, in their order: of the person who has it where
 * somebody does, so that whoever unsubscribed is left alone. Null for what is no address.
 */
export async function subscribeAddresses(
  tx: Tx,
  workspaceId: string,
  {
    appId,
    platform,
    addresses,
    now,
  }: { appId: string; platform: AddressPlatform; addresses: readonly string[]; now: Date },
): Promise<(string | null)[]> {
  const tokens = addresses.map(normaliseAddress[platform])
  const wanted = [...new Set(tokens)].filter((token) => token !== null)
  await shareAudience(tx, workspaceId)
  await lockKeys(
    tx,
    workspaceId,
    wanted.map((token) => ['address', appId, platform, token]),
  )
  const known = new Map(
    (await findByAddress(tx, { appId, platform, tokens: wanted })).map((row) => [row.token, row.id]),
  )
  const added = wanted
    .filter((token) => !known.has(token))
    .map((token) => newAddress({ app_id: appId, platform, user_id: null, subscription_id: null }, token, now))
  await writeAddresses(tx, workspaceId, added, now)
  for (const { token, id } of added) known.set(token, id)
  return tokens.map((token) => (token === null ? null : (known.get(token) ?? null)))
}

function isSettled({ token, status, status_reason }: Holder, address: string): boolean {
  return token === address && !(status === 'retired' && status_reason === addressGone)
}

type Owner = Pick<Holder, 'app_id' | 'platform' | 'subscription_id'> & { user_id: string | null }

/** Two people may share an address, which a device's token never is: the hash is of both. */
function newAddress(
  { app_id, platform, user_id, subscription_id }: Owner,
  token: string,
  now: Date,
): NewAddress {
  const token_hash = createHash('sha256')
    .update(`${token}\n${user_id ?? ''}`)
    .digest()
  return {
    // Of this moment, so that the message that is being made meets it.
    id: subscription_id ?? newId(now.getTime()),
    app_id,
    platform,
    user_id,
    token,
    token_hash,
  }
}
