import { generateKeyPairSync } from 'node:crypto'

/** A signing key as Apple hands it out; the sink believes every token. */
export function newAppleKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    key_id: 'BENCHKEY01',
    team_id: 'BENCHTEAM1',
  }
}
