import { type Db, Problem, type Vault } from '../00-kernel/index.ts'
import { passJson, signPass, type WalletKeys } from '../11-channels/wallet/index.ts'
import { openCredential } from '../12-apps/index.ts'
import type { PassSecrets } from './pass-secrets.ts'
import { findImages, type PassRow } from './store.ts'

export interface BuildDeps {
  db: Db
  vault: Vault
  secrets: PassSecrets
  now: () => Date
  /** Where this server is reached, once it listens. */
  address: () => string
}

/** Below it stand the five endpoints that Wallet calls. */
export const webServicePath = '/wallet'

/** Signs the present version of a pass with the app's certificate. */
export async function buildPass(
  { db, vault, secrets, now, address }: BuildDeps,
  row: PassRow,
): Promise<Buffer> {
  const keys = await keysOf(db, vault, row)
  const { carillonImages, ...content } = row.content
  const identity = {
    serial: row.serial,
    passTypeId: row.pass_type_id,
    teamId: keys.team_id,
    webServiceUrl: address() + webServicePath,
    authenticationToken: secrets.authenticationToken(row.serial),
    organizationName: row.app_name,
  }
  const images = await imagesOf(db, row.workspace_id, carillonImages as Record<string, string>)
  return signPass(keys, { passJson: passJson(content, identity), images }, now())
}

/** Without the certificate of its type a pass cannot be made; that is for whoever runs this server to mend. */
async function keysOf(db: Db, vault: Vault, { app_id, pass_type_id }: PassRow): Promise<WalletKeys> {
  const opened = await openCredential(db, vault, app_id, 'wallet')
  if (opened && !('unreadable' in opened)) {
    const keys = opened.credential as WalletKeys
    if (keys.pass_type_id === pass_type_id) return keys
  }
  throw new Problem('unavailable', {
    detail: 'This pass cannot be signed at present.',
    retryAfterSeconds: 300,
  })
}

async function imagesOf(
  db: Db,
  workspaceId: string,
  named: Record<string, string>,
): Promise<Map<string, Buffer>> {
  const rows = await findImages(db, workspaceId, [...new Set(Object.values(named))])
  const pngs = new Map(rows.map(({ id, png }) => [id, png]))
  const images = new Map<string, Buffer>()
  for (const [name, id] of Object.entries(named)) {
    const png = pngs.get(id)
    if (png) images.set(name, png)
  }
  return images
}
