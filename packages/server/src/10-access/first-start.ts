import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Db, newKey, type Store } from '../00-kernel/index.ts'
import { firstWorkspace, insertKey, insertSignInToken, insertWorkspace } from './store.ts'

const signInLifetimeMs = 24 * 3_600_000

/**
 * Makes the workspace and its secret key when there is none. A preset key is added whenever it is not known yet;
 * a made one is written to `secret-key.txt` (mode 600), the only place where it can be read.
 */
export async function ensureWorkspace(
  store: Store,
  { dataDir, apiKey }: { dataDir: string | null; apiKey: string | null },
): Promise<string> {
  return store.db.transaction().execute(async (tx) => {
    const existing = await firstWorkspace(tx)
    const workspaceId = existing?.id ?? (await insertWorkspace(tx, 'Carillon'))
    const key = apiKey ?? (existing ? null : newKey('sk_'))
    if (!key) return workspaceId
    await insertKey(tx, key, { workspaceId, name: 'First key', scopes: ['*'], expiresAt: null })
    if (dataDir && !apiKey) await writeSecretFile(join(dataDir, 'secret-key.txt'), key)
    return workspaceId
  })
}

/** A link's worth of access: trades once for a console session. */
export async function createSignInToken(db: Db, workspaceId: string): Promise<string> {
  return insertSignInToken(db, workspaceId, signInLifetimeMs)
}

async function writeSecretFile(path: string, key: string): Promise<void> {
  await writeFile(path, `${key}\n`, { mode: 0o600 })
  await chmod(path, 0o600)
}
