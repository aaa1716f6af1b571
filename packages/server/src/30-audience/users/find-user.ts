import type { Db, Tx } from '../../00-kernel/index.ts'
import { normaliseKey } from '../reconciliation-value.ts'
import { getSettings } from '../settings/settings.ts'
import { findUsersByAttribute, findUsersByIdentifier, findUsersByKey } from './store.ts'

/**
 * Who has one of the values in an attribute or identifier of that name. The reconciliation key compares
 * normalised values, everything else the exact text. `value` is the one that was asked for.
 */
export async function findUsersBy(
  db: Db | Tx,
  workspaceId: string,
  name: string,
  values: readonly string[],
): Promise<{ id: string; value: string }[]> {
  const settings = await getSettings(db, workspaceId)
  const identified = await findUsersByIdentifier(db, workspaceId, [name], values)
  const found =
    name === settings.reconciliationKey
      ? await findByKey()
      : await findUsersByAttribute(db, workspaceId, name, values)
  const all = new Map([...identified, ...found].map(({ id, value }) => [`${id} ${value}`, { id, value }]))
  return [...all.values()]

  async function findByKey() {
    const asked = Map.groupBy(values, normaliseKey)
    const keys = [...asked.keys()].filter((key) => key !== null)
    const rows = await findUsersByKey(db, workspaceId, settings, keys)
    return rows.flatMap(({ id, value: key }) => (asked.get(key) ?? []).map((value) => ({ id, value })))
  }
}
