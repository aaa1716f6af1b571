import type { Vault } from '../00-kernel/index.ts'
import type { AppRow } from './store.ts'

export function sealIdentityKey(vault: Vault, appId: string, key: string): Buffer {
  return vault.seal(key, `identity:${appId}`)
}

/** The HS256 secret that signs the app's user tokens, or null. */
export function openIdentityKey(vault: Vault, app: AppRow): string | null {
  return app.identity_key ? vault.open(app.identity_key, `identity:${app.id}`) : null
}
