import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from './problem.ts'

/**
 * Seals secrets at rest: AES-256-GCM under a data key of their own, which in turn is sealed by the master key
 * (an envelope), so that replacing the master key re-seals keys and not secrets.
 */
export interface Vault {
  /** Names the master key; stored beside what it seals. */
  keyId: string
  /** `context` is bound in: a sealed value does not open anywhere else. */
  seal(secret: string, context: string): Buffer
  /** Throws Problem('secret_unreadable') for what another master key sealed. */
  open(sealed: Buffer, context: string): string
  /** The same, with null for what cannot be read. */
  tryOpen(sealed: Buffer, context: string): string | null
  /** A key for another purpose, derived from the master key. 32 bytes. */
  derive(purpose: string): Buffer
}

const version = 1
const sealedKeyBytes = 12 + 32 + 16

export function createVault(masterKey: Buffer): Vault {
  const keyId = createHash('sha256').update('carillon key id').update(masterKey).digest('hex').slice(0, 16)
  const tryOpen = (sealed: Buffer, context: string) => {
    const bytes = Buffer.from(sealed)
    if (bytes[0] !== version) throw new Error(`A secret was sealed in an unknown format (${bytes[0]}).`)
    try {
      const dataKey = decrypt(masterKey, bytes.subarray(1, 1 + sealedKeyBytes), context)
      return decrypt(dataKey, bytes.subarray(1 + sealedKeyBytes), context).toString()
    } catch {
      return null
    }
  }
  return {
    keyId,
    seal: (secret, context) => {
      const dataKey = randomBytes(32)
      return Buffer.concat([
        Buffer.of(version),
        encrypt(masterKey, dataKey, context),
        encrypt(dataKey, Buffer.from(secret), context),
      ])
    },
    open: (sealed, context) => {
      const secret = tryOpen(sealed, context)
      if (secret === null) throw new Problem('secret_unreadable')
      return secret
    },
    tryOpen,
    derive: (purpose) => Buffer.from(hkdfSync('sha256', masterKey, '', purpose, 32)),
  }
}

/** The master key: `SECRET_KEY` in base64 or hex, or one that is made once and kept in the data directory. */
export async function loadMasterKey(configured: string | null, dataDir: string | null): Promise<Buffer> {
  if (configured) return decodeKey(configured)
  if (!dataDir) return randomBytes(32)
  const path = join(dataDir, 'master-key')
  try {
    return decodeKey((await readFile(path, 'utf8')).trim())
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const key = randomBytes(32)
  await writeFile(path, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  return key
}

function decodeKey(text: string): Buffer {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  if (bytes.length !== 32)
    throw new Error('SECRET_KEY must be 32 bytes in base64 or hex: try `openssl rand -base64 32`.')
  return bytes
}

function encrypt(key: Buffer, plain: Buffer, context: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])
}
