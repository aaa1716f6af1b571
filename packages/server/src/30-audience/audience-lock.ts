import { sql } from 'kysely'
import { lockNumber, type Tx } from '../00-kernel/index.ts'

/**
 * Whether a device and a person belong together is decided from both sides: by the device that registers and by
 * the person who appears. Neither may look before the other has committed, so both hold the audience first:
 * single writes share it and lock their keys, writes of many people or devices have it alone.
 *
 * Order, which keeps deadlocks away: reconciliation key, audience, keys (sorted, in one call), rows.
 */
export async function shareAudience(tx: Tx, workspaceId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${lockNumber('audience', workspaceId)}::bigint)`.execute(tx)
}

/** Until the transaction ends nobody else links, creates or registers in this workspace. */
export async function lockAudience(tx: Tx, workspaceId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${lockNumber('audience', workspaceId)}::bigint)`.execute(tx)
}

/** Until the transaction ends the reconciliation key stays what it is: for whoever decides by it what to lock. */
export async function holdReconciliationKey(tx: Tx, workspaceId: string): Promise<void> {
  const number = lockNumber('reconciliation key', workspaceId)
  await sql`select pg_advisory_xact_lock_shared(${number}::bigint)`.execute(tx)
}

/** Until the transaction ends nobody else decides anything by the reconciliation key that is being replaced. */
export async function lockReconciliationKey(tx: Tx, workspaceId: string): Promise<void> {
  const number = lockNumber('reconciliation key', workspaceId)
  await sql`select pg_advisory_xact_lock(${number}::bigint)`.execute(tx)
}

/** Locks values that no unique index can guard; each key is a list of words that names one. */
export async function lockKeys(tx: Tx, workspaceId: string, keys: readonly string[][]): Promise<void> {
  const numbers = keys.map((key) => lockNumber('audience', workspaceId, ...key)).sort()
  await sql`select pg_advisory_xact_lock(n) from unnest(${numbers}::bigint[]) as n`.execute(tx)
}
