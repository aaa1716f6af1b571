import type { Platform } from '@carillon/contract'
import { sql } from 'kysely'
import type { Db, Tx, Vault } from '../00-kernel/index.ts'
import { channelOf } from '../11-channels/index.ts'
import { type CredentialRow, findCredential, upsertCredential } from './store.ts'

/** Checks a credential with its channel, seals it and saves it. Throws Problem('invalid_credential'). */
export async function saveCredential(
  tx: Tx,
  vault: Vault,
  { appId, platform, input }: { appId: string; platform: Platform; input: unknown },
): Promise<CredentialRow> {
  const channel = channelOf(platform)
  const previous = channel.inherit && (await openCredential(tx, vault, appId, platform))
  // What cannot be read any more cannot be inherited either: the caller is just entering it again.
  const isReadable = previous !== undefined && !('unreadable' in previous)
  const whole = isReadable && channel.inherit ? channel.inherit(input, previous.credential) : input
  const { credential, expiresAt } = await channel.parseCredential(whole)
  // Messages that wait for a better credential are tried at once, and addresses become subscriptions.
  await sql`select pg_notify('batches', ''), pg_notify('jobs', ''), pg_notify('credentials', '')`.execute(tx)
  return upsertCredential(tx, {
    appId,
    platform,
    sealed: vault.seal(JSON.stringify(credential), context(appId, platform)),
    sealedWith: vault.keyId,
    masked: channel.maskCredential(credential),
    expiresAt,
  })
}

/** The credential itself, for a lane. Undefined when there is none; `unreadable` is a sentence that says why. */
export async function openCredential(
  db: Db | Tx,
  vault: Vault,
  appId: string,
  platform: Platform,
): Promise<{ credential: unknown } | { unreadable: string } | undefined> {
  const row = await findCredential(db, appId, platform)
  if (!row) return undefined
  if (row.sealed_with !== vault.keyId) {
    return {
      unreadable: `The ${platform} credential was sealed with another SECRET_KEY (${row.sealed_with}); enter it again.`,
    }
  }
  return { credential: JSON.parse(vault.open(row.sealed, context(appId, platform))) }
}

function context(appId: string, platform: Platform): string {
  return `credential:${appId}:${platform}`
}
