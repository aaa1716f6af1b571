import type { Platform } from '@carillon/contract'
import { sql } from 'kysely'
import { type Db, Problem, type Tx, type Vault } from '../00-kernel/index.ts'
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
  const whole = previous && channel.inherit ? channel.inherit(input, previous.credential) : input
  const { credential, expiresAt } = await channel.parseCredential(whole)
  // Messages that wait for a better credential are tried at once.
  await sql`select pg_notify('batches', '')`.execute(tx)
  return upsertCredential(tx, {
    appId,
    platform,
    sealed: vault.seal(JSON.stringify(credential), context(appId, platform)),
    sealedWith: vault.keyId,
    masked: channel.maskCredential(credential),
    expiresAt,
  })
}

/** The credential itself, for a lane. Undefined when there is none. */
export async function openCredential(
  db: Db | Tx,
  vault: Vault,
  appId: string,
  platform: Platform,
): Promise<{ credential: unknown; revision: string } | undefined> {
  const row = await findCredential(db, appId, platform)
  if (!row) return undefined
  if (row.sealed_with !== vault.keyId) {
    throw new Problem('conflict', {
      detail: `The ${platform} credential was sealed with another SECRET_KEY (${row.sealed_with}); enter it again.`,
    })
  }
  return { credential: JSON.parse(vault.open(row.sealed, context(appId, platform))), revision: row.revision }
}

function context(appId: string, platform: Platform): string {
  return `credential:${appId}:${platform}`
}
