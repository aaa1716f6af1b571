import { createKey, deleteKey, getMe, listKeys, type Scope } from '@carillon/contract'
import type { Selectable } from 'kysely'
import { newKey, Problem, type Route, read, type Tables, type Tx, write } from '../00-kernel/index.ts'
import * as store from './store.ts'

export const sessionLifetimeMs = 30 * 24 * 3_600_000

export function accessRoutes({ sandbox, version }: { sandbox: boolean; version: string }): Route[] {
  return [
    read(getMe, async ({ db, caller }) => {
      const { id, name } = await store.findWorkspace(db, caller.workspaceId)
      const kind = caller.kind === 'anonymous' ? 'publishable' : caller.kind
      return {
        workspace: { id, name },
        name: caller.name,
        kind,
        scopes: [...caller.scopes],
        sandbox,
        version,
      }
    }),
    read(listKeys, async ({ db, caller }) => ({
      data: (await store.listKeys(db, caller.workspaceId)).map(keyView),
    })),
    write(createKey, async ({ db, caller, body }) => {
      const missing = body.scopes.filter(
        (scope) => !caller.scopes.includes('*') && !caller.scopes.includes(scope),
      )
      if (missing.length > 0)
        throw new Problem('forbidden', { detail: `You lack ${missing.join(', ')} yourself.` })
      const key = newKey('sk_')
      const row = await store.insertKey(db, key, {
        workspaceId: caller.workspaceId,
        name: body.name,
        scopes: body.scopes,
        expiresAt: body.expires_at ? new Date(body.expires_at) : null,
      })
      if (!row) throw new Error('A new key collided with another one.')
      return { ...keyView(row), key }
    }),
    write(deleteKey, async ({ db, caller, params }) => {
      if (!(await store.deleteKey(db, caller.workspaceId, params.id))) throw new Problem('not_found')
      return undefined
    }),
  ]
}

/** Trades a sign-in token or a secret key with full access for a session token. */
export async function startSession(tx: Tx, token: string): Promise<string> {
  const workspaceId = token.startsWith('sk_')
    ? await workspaceOfFullKey(tx, token)
    : await store.takeSignInToken(tx, token)
  if (!workspaceId) {
    throw new Problem('unauthenticated', {
      detail:
        'The sign-in link was used or is over 24 hours old; restart the server for a new one, or enter the secret key.',
    })
  }
  return store.insertSession(tx, workspaceId, sessionLifetimeMs)
}

async function workspaceOfFullKey(tx: Tx, key: string): Promise<string | undefined> {
  const row = await store.findKey(tx, key)
  return row?.scopes.includes('*') ? row.workspace_id : undefined
}

function keyView(row: Selectable<Tables['api_keys']>) {
  return {
    id: row.id,
    name: row.name,
    kind: 'secret' as const,
    prefix: row.prefix,
    scopes: row.scopes as Scope[],
    app_id: null,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
    expires_at: row.expires_at?.toISOString() ?? null,
  }
}
