import type { BodyOf, patchSubscription } from '@carillon/contract'
import { type Caller, type Db, Problem, type Tx } from '../../00-kernel/index.ts'
import { findApp } from '../../12-apps/index.ts'
import { lockKeys, shareAudience } from '../audience-lock.ts'
import { noteChangedUsers } from '../changed-users.ts'
import { claimedValue, personOf, proveClaim, readPeople } from './claim-person.ts'
import { type RegisterDeps, refuseForeignApp } from './register.ts'
import {
  deleteSubscriptions,
  findSubscription,
  isDeviceTaken,
  lockSubscription,
  type SubscriptionRow,
  updateSubscription,
} from './store.ts'

export type SubscriptionChange = BodyOf<typeof patchSubscription>

/** Changes what is given: status, permission, details, or the person (`reconciliation_value: null` is a logout). */
export async function changeSubscription(
  tx: Tx,
  deps: RegisterDeps,
  caller: Caller,
  { id, change }: { id: string; change: SubscriptionChange },
): Promise<SubscriptionRow> {
  const { app_id: appId, platform } = await ownSubscription(tx, caller, id)
  const app = await findApp(tx, caller.workspaceId, appId)
  if (!app) throw notFound()
  await proveClaim(change, { vault: deps.vault, caller, app, now: deps.now() })

  await shareAudience(tx, caller.workspaceId)
  const value = claimedValue(change)
  await lockKeys(tx, caller.workspaceId, [
    ...(value === undefined ? [] : [['person', value]]),
    ...(change.device_id === undefined ? [] : [['device', appId, platform, change.device_id]]),
  ])
  const person = personOf(await readPeople(tx, caller.workspaceId, [change]), change)
  const row = await lockSubscription(tx, caller.workspaceId, id)
  if (!row) throw notFound()
  if (change.device_id !== undefined && (await isDeviceTaken(tx, row, change.device_id))) {
    throw new Problem('already_exists', { detail: 'Another subscription of this app has this device_id.' })
  }
  const { reconciliation_value: _value, user_id: _user, user_token: _token, status, ...details } = change
  const changed = await updateSubscription(tx, id, {
    ...details,
    ...person,
    ...(status === undefined || status === row.status ? {} : statusChange(status, deps.now())),
    // An update of nothing is no SQL.
    app_id: appId,
  })
  await noteChangedUsers(tx, caller.workspaceId, [changed.user_id])
  return changed
}

function statusChange(status: 'active' | 'unsubscribed', now: Date) {
  return { status, status_reason: null, status_at: now }
}

/** Deletes for good; a device that registers again begins anew. */
export async function removeSubscription(tx: Tx, caller: Caller, id: string): Promise<void> {
  await ownSubscription(tx, caller, id)
  await deleteSubscriptions(tx, [id])
}

/** One that the caller may speak for: a device's key for those of its app. */
export async function ownSubscription(db: Db | Tx, caller: Caller, id: string): Promise<SubscriptionRow> {
  const row = await findSubscription(db, caller.workspaceId, id)
  if (!row) throw notFound()
  refuseForeignApp(caller, row.app_id)
  return row
}

export function notFound(): Problem {
  return new Problem('not_found', { detail: 'There is no subscription with this id.' })
}
