import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { keyOfUser, normaliseKey } from '../reconciliation-value.ts'
import { getSettings } from '../settings/settings.ts'

/** Who has one of the values in an attribute or identifier of a name, as parts of other statements. */
export interface UsersBy {
  /** Whether `u`, a row of `users`, does. The statement around it sees to the workspace. */
  matches: RawBuilder<boolean>
  /** A select of their ids that reads indexes alone; null when only reading everybody tells. */
  ids: RawBuilder<unknown> | null
}

/**
 * The reconciliation key compares normalised values, as registering does, and has an index unless it is just being
 * replaced. Any other attribute compares its exact text and has none: whoever asks reads all users.
 */
export async function usersBy(
  db: Db | Tx,
  workspaceId: string,
  { attribute, values }: { attribute: string; values: readonly string[] },
): Promise<UsersBy> {
  const settings = await getSettings(db, workspaceId)
  const identified = sql`select user_id from user_identifiers
    where workspace_id = ${workspaceId} and name = ${attribute} and value = any(${values}::text[])`
  const orIdentified = (matches: RawBuilder<unknown>) =>
    sql<boolean>`(coalesce(${matches}, false) or u.id in (${identified}))`
  if (attribute !== settings.reconciliationKey) {
    const isOne = sql`u.attributes ->> ${attribute}::text = any(${values}::text[])`
    return { matches: orIdentified(isOne), ids: null }
  }
  const keys = [...new Set(values.map(normaliseKey))].filter((key) => key !== null)
  const isOne = sql`${keyOfUser(settings)} = any(${keys}::text[])`
  const keyed = sql`select u.id from users u where u.workspace_id = ${workspaceId} and ${isOne}`
  return {
    matches: orIdentified(isOne),
    ids: settings.reconcilingJobId ? null : sql`${keyed} union all ${identified}`,
  }
}
