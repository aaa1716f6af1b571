import type { UserPatch } from '@carillon/contract'
import { Problem, type Tx } from '../../00-kernel/index.ts'
import { syncAddresses } from '../addresses/sync-addresses.ts'
import { holdReconciliationKey, lockAudience } from '../audience-lock.ts'
import { getSettings } from '../settings/settings.ts'
import { relinkByValue } from '../subscriptions/store.ts'
import { getAttributeSchema } from './attribute-schema.ts'
import { checkAttributes } from './check-attributes.ts'
import { readOwners } from './identifiers.ts'
import { refuseTaken, taken } from './save-users.ts'
import { findUsersByKey, lockUser, writeUsers } from './store.ts'
import { draftOf, mergeDraft } from './user-draft.ts'

/** Changes a person; devices that waited for the new reconciliation value follow, those of the old one go. */
export async function patchUser(
  tx: Tx,
  workspaceId: string,
  { id, input, now }: { id: string; input: UserPatch; now: Date },
): Promise<void> {
  await holdReconciliationKey(tx, workspaceId)
  const settings = await getSettings(tx, workspaceId)
  const given = input.attributes ?? {}
  const givesValue = Object.hasOwn(given, settings.reconciliationKey)
  const touchesKeys = input.identifiers !== undefined || givesValue
  // While the job follows a new key, any change may be the one that gives the person its value.
  if (touchesKeys || settings.reconcilingJobId !== null) await lockAudience(tx, workspaceId)
  const row = await lockUser(tx, workspaceId, id)
  if (!row) throw new Problem('not_found', { detail: 'There is no user with this id.' })
  const before = draftOf(row)
  const after = mergeDraft(before, input, settings.reconciliationKey)
  const schema = await getAttributeSchema(tx, workspaceId)
  const errors = checkAttributes({ schema, given, merged: after.attributes, isNew: false })
  if (errors.length > 0) throw new Problem('invalid_request', { errors })
  refuseTaken(await readOwners(tx, workspaceId, [input]), input, id)

  const values = [before.reconciliationValue, after.reconciliationValue].filter((value) => value !== null)
  const isMoved = before.reconciliationValue !== after.reconciliationValue
  if (isMoved && givesValue && after.reconciliationValue !== null) {
    const others = await findUsersByKey(tx, workspaceId, settings, [after.reconciliationValue])
    const other = others.find((each) => each.id !== id)
    if (other) throw taken(`/attributes/${settings.reconciliationKey}`, after.reconciliationValue, other.id)
  }
  await writeUsers(tx, workspaceId, [after])
  await syncAddresses(tx, workspaceId, [id], now)
  if (isMoved) await relinkByValue(tx, workspaceId, settings, values)
}
