import { createECDH, randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Address } from '../../channel.ts'

/** The reference implementation of RFC 8188 and 8291, which comes without types. */
const ece = createRequire(import.meta.url)('http_ece') as {
  decrypt(message: Buffer, options: Record<string, unknown>): Buffer
}

export interface Browser {
  keys: { p256dh: string; auth: string }
  addressAt(endpoint: string): Address
  /** Throws when the message was not encrypted for this browser. */
  decrypt(message: Buffer): Buffer
}

/** The receiving end of a subscription; it decrypts with other code than ours. */
export function createBrowser(): Browser {
  const pair = createECDH('prime256v1')
  const keys = { p256dh: pair.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') }
  return {
    keys,
    addressAt: (endpoint) => ({ token: endpoint, keys }),
    decrypt: (message) =>
      ece.decrypt(message, { version: 'aes128gcm', privateKey: pair, authSecret: keys.auth }),
  }
}
