import type { Scope } from '@carillon/contract'
import type { Caller, Db, Tx } from '../00-kernel/index.ts'
import { findKey, findSession, touchKey } from './store.ts'

/** The caller behind a secret key, or null. */
export async function callerOfKey(db: Db, key: string): Promise<Caller | null> {
  const row = await findKey(db, key)
  if (!row) return null
  await touchKey(db, row.id)
  return {
    workspaceId: row.workspace_id,
    kind: 'secret',
    id: `key:${row.id}`,
    name: row.name,
    scopes: row.scopes as Scope[],
    appId: null,
  }
}

/** The caller behind a console session cookie, or null. */
export async function callerOfSession(db: Db | Tx, token: string): Promise<Caller | null> {
  const row = await findSession(db, token)
  if (!row) return null
  return {
    workspaceId: row.workspace_id,
    kind: 'console',
    id: `console:${Buffer.from(row.hash).toString('hex').slice(0, 16)}`,
    name: 'Console',
    scopes: ['*'],
    appId: null,
  }
}
