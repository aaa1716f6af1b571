import { Problem, type Tx } from '../../00-kernel/index.ts'
import { lockAudience } from '../audience-lock.ts'
import { getSettings } from '../settings/settings.ts'
import { deleteSubscriptionsOfUser, relinkByValue } from '../subscriptions/store.ts'
import { deleteUser } from './store.ts'

/** Removes a person and all their devices. Deliveries keep the ids, which then lead nowhere. */
export async function eraseUser(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await lockAudience(tx, workspaceId)
  await deleteSubscriptionsOfUser(tx, workspaceId, id)
  const erased = await deleteUser(tx, workspaceId, id)
  if (!erased) throw new Problem('not_found', { detail: 'There is no user with this id.' })
  // Two had the value and now one has: the devices that matched neither have found their person.
  if (erased.reconciliation_value !== null) {
    const settings = await getSettings(tx, workspaceId)
    await relinkByValue(tx, workspaceId, settings, [erased.reconciliation_value])
  }
}
