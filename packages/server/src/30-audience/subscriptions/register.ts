import type { Environment, SubscriptionCreate } from '@carillon/contract'
import { type Caller, fieldProblem, newId, Problem, type Tx, type Vault } from '../../00-kernel/index.ts'
import { type AppRow, findApp, findCredential } from '../../12-apps/index.ts'
import { lockKeys, shareAudience } from '../audience-lock.ts'
import { addressOf, type DeviceAddress } from './address.ts'
import { claimedValue, proveClaim, resolvePerson } from './claim-person.ts'
import {
  deleteSubscription,
  insertSubscription,
  lockSameDevice,
  type SubscriptionRow,
  updateSubscription,
} from './store.ts'

export interface RegisterDeps {
  vault: Vault
  now: () => Date
}

/**
 * Registers a device or refreshes it. Afterwards exactly one row has the token and one has the device, and they
 * are the same row: a known device takes its new token in place, a token that turns up on another device leaves
 * the one it was on.
 */
export async function registerSubscription(
  tx: Tx,
  deps: RegisterDeps,
  caller: Caller,
  input: SubscriptionCreate,
): Promise<{ row: SubscriptionRow; isNew: boolean }> {
  refuseForeignApp(caller, input.app_id)
  const app = await findApp(tx, caller.workspaceId, input.app_id)
  if (!app) throw fieldProblem('invalid_request', '/app_id', 'is no app of this workspace', 'unknown')
  const address = addressOf(input)
  const now = deps.now()
  await proveClaim(input, { vault: deps.vault, caller, app, now })

  await shareAudience(tx, caller.workspaceId)
  await lockKeys(tx, caller.workspaceId, keysOf(input, address))
  const person = await resolvePerson(tx, caller.workspaceId, input)
  const rows = await lockSameDevice(tx, {
    appId: app.id,
    platform: input.platform,
    tokenHash: address.tokenHash,
    deviceId: input.device_id,
  })
  const byToken = rows.find((row) => address.tokenHash.equals(row.token_hash))
  const byDevice = rows.find((row) => row.device_id === input.device_id)
  const known = byDevice ?? byToken
  const fields = {
    ...fieldsOf(input, known),
    environment:
      input.environment ?? byToken?.environment ?? known?.environment ?? (await usualEnvironment(tx, input)),
    token: address.token,
    token_hash: address.tokenHash,
    target: address.target,
    keys: address.keys && JSON.stringify(address.keys),
    status: 'active' as const,
    status_reason: null,
    status_at: null,
    registered_at: now,
  }
  if (!known) {
    const row = await insertSubscription(tx, {
      ...fields,
      id: newId(now.getTime()),
      workspace_id: caller.workspaceId,
      app_id: app.id,
      platform: input.platform,
      user_id: person?.user_id ?? null,
      reconciliation_value: person?.reconciliation_value ?? null,
    })
    return { row, isNew: true }
  }
  if (byToken && byToken.id !== known.id) await deleteSubscription(tx, byToken.id)
  const keepsPerson = isSamePerson({ known, input, address, caller, app })
  const row = await updateSubscription(tx, known.id, {
    ...fields,
    ...(person ?? (keepsPerson ? {} : nobody)),
  })
  return { row, isNew: false }
}

const nobody = { user_id: null, reconciliation_value: null }

/** A publishable key is printed in every copy of its app: it reaches no further than that app. */
export function refuseForeignApp(caller: Caller, appId: string): void {
  if (caller.kind === 'publishable' && caller.appId !== appId)
    throw new Problem('forbidden', { detail: 'This publishable key belongs to another app.' })
}

function keysOf(input: SubscriptionCreate, { tokenHash }: DeviceAddress): string[][] {
  const place = [input.app_id, input.platform]
  const value = claimedValue(input)
  return [
    ['token', ...place, tokenHash.toString('hex')],
    ...(input.device_id === undefined ? [] : [['device', ...place, input.device_id]]),
    ...(value === undefined ? [] : [['person', value]]),
  ]
}

/** What the device tells of itself; what it leaves out stays. */
function fieldsOf(input: SubscriptionCreate, known: SubscriptionRow | undefined) {
  return {
    device_id: input.device_id ?? known?.device_id ?? null,
    device_name: input.device_name ?? known?.device_name ?? null,
    permission: input.permission ?? known?.permission ?? 'granted',
    locale: input.locale ?? known?.locale ?? null,
    timezone: input.timezone ?? known?.timezone ?? null,
    app_version: input.app_version ?? known?.app_version ?? null,
  }
}

/**
 * Whether a registration that names nobody goes on for whoever was there. Not when the token went to another
 * installation, whose owner is unknown; and not when a device id alone, which proves nothing, would bring
 * somebody's messages to a new token of an app that asks for proof.
 */
function isSamePerson({
  known,
  input,
  address,
  caller,
  app,
}: {
  known: SubscriptionRow
  input: SubscriptionCreate
  address: DeviceAddress
  caller: Caller
  app: AppRow
}): boolean {
  const isReinstalled =
    input.device_id !== undefined && known.device_id !== null && known.device_id !== input.device_id
  const isUnproven =
    caller.kind === 'publishable' && app.identity_required && !address.tokenHash.equals(known.token_hash)
  return !isReinstalled && !isUnproven
}

/** Where the app's own credential leads: a development build need not say so each time. */
async function usualEnvironment(tx: Tx, { app_id, platform }: SubscriptionCreate): Promise<Environment> {
  if (platform !== 'apns') return 'production'
  const credential = await findCredential(tx, app_id, platform)
  return credential?.masked.environment === 'sandbox' ? 'sandbox' : 'production'
}
