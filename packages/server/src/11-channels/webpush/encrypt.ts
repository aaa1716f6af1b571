import {
  createCipheriv,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { maxPlaintextBytes } from './limits.ts'

/** The keys that a browser made for one subscription. */
export interface Recipient {
  publicKey: KeyObject
  /** Uncompressed point, 65 bytes. */
  point: Buffer
  /** 16 bytes. */
  authSecret: Buffer
}

/** The sender's pair. New for every message that a recipient gets (RFC 8291, section 3.1). */
export interface SenderKeys {
  privateKey: KeyObject
  /** Uncompressed point, 65 bytes. */
  point: Buffer
}

/** With what must be new for every message (RFC 8188, section 2.1): 16 bytes. */
export interface MessageKeys extends SenderKeys {
  salt: Buffer
}

/** The subscription's keys in usable form; null when they are not a point of P-256 and a secret of 16 bytes. */
export function readRecipient(keys: { p256dh: string; auth: string } | undefined): Recipient | null {
  if (!keys) return null
  const point = Buffer.from(keys.p256dh, 'base64url')
  const authSecret = Buffer.from(keys.auth, 'base64url')
  const publicKey = point.length === 65 && authSecret.length === 16 ? readPoint(point) : null
  return publicKey && { publicKey, point, authSecret }
}

/**
 * Encrypts one push message for one subscription (RFC 8291). About 0.1 ms of CPU, most of it for the elliptic curve.
 * Several messages may share a pair if no two of them go to the same recipient, as docs/decisions/0009 explains.
 */
export function encrypt(plaintext: Uint8Array, recipient: Recipient, pair = newSenderKeys()): Buffer {
  return encryptWith(plaintext, recipient, { ...pair, salt: randomBytes(16) })
}

/** The same with a salt from outside, for the example of the RFC. */
export function encryptWith(plaintext: Uint8Array, recipient: Recipient, keys: MessageKeys): Buffer {
  if (plaintext.length > maxPlaintextBytes) throw new RangeError(`${plaintext.length} bytes of plaintext`)
  return sealRecord(plaintext, {
    secret: sharedSecret(recipient, keys),
    salt: keys.salt,
    keyId: keys.point,
  })
}

export interface RecordKeys {
  secret: Buffer
  salt: Buffer
  keyId: Buffer
}

/** The `aes128gcm` content coding (RFC 8188) of a text that fits into one record. */
export function sealRecord(plaintext: Uint8Array, { secret, salt, keyId }: RecordKeys): Buffer {
  const { key, nonce } = deriveContentKeys(secret, salt)
  const cipher = createCipheriv('aes-128-gcm', createSecretKey(key), nonce)
  const sealed = cipher.update(Buffer.concat([plaintext, lastRecordDelimiter]))
  // GCM keeps nothing back: `final` only closes the tag.
  cipher.final()
  return Buffer.concat([salt, recordSize, Buffer.of(keyId.length), keyId, sealed, cipher.getAuthTag()])
}

/** RFC 8188, sections 2.2 and 2.3; the nonce is that of the first record. */
export function deriveContentKeys(secret: Buffer, salt: Buffer): { key: Buffer; nonce: Buffer } {
  const pseudoRandomKey = extract(salt, secret)
  return {
    key: expand(pseudoRandomKey, contentKeyInfo).subarray(0, 16),
    nonce: expand(pseudoRandomKey, nonceInfo).subarray(0, 12),
  }
}

/** What HKDF's one round of expansion appends to its info. */
const firstRound = Buffer.of(1)
const contentKeyInfo = Buffer.from('Content-Encoding: aes128gcm\0\x01')
const nonceInfo = Buffer.from('Content-Encoding: nonce\0\x01')
const agreementInfo = Buffer.from('WebPush: info\0')
const lastRecordDelimiter = Buffer.of(2)
/** 4,096 bytes. */
const recordSize = Buffer.of(0, 0, 16, 0)

export function newSenderKeys(): SenderKeys {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return { privateKey, point: pointOf(publicKey) }
}

/** RFC 8291, section 3.4: the input keying material. */
export function sharedSecret(recipient: Recipient, keys: SenderKeys): Buffer {
  const agreed = diffieHellman({ privateKey: keys.privateKey, publicKey: recipient.publicKey })
  const info = Buffer.concat([agreementInfo, recipient.point, keys.point, firstRound])
  return expand(extract(recipient.authSecret, agreed), info)
}

/** HKDF with SHA-256 (RFC 5869) in its two steps: `hkdfSync` would do the first again for every key. */
function extract(salt: Buffer, secret: Buffer): Buffer {
  return hmac(salt, secret)
}

/** At most 32 bytes. */
function expand(pseudoRandomKey: Buffer, infoAndRound: Buffer): Buffer {
  return hmac(pseudoRandomKey, infoAndRound)
}

/** The longest info is that of the agreement, 145 bytes. */
const mostDataBytes = 256
const inner = Buffer.alloc(64 + mostDataBytes)
const outer = Buffer.alloc(64 + 32)

/**
 * HMAC with SHA-256 (RFC 2104) for keys of at most 64 bytes. A third of what `createHmac` costs, which makes an object
 * for each and looks by throwing and catching whether the bytes are a key.
 */
function hmac(key: Buffer, data: Buffer): Buffer {
  inner.fill(0x36, 0, 64)
  outer.fill(0x5c, 0, 64)
  for (let i = 0; i < key.length; i++) {
    inner[i] = (key[i] as number) ^ 0x36
    outer[i] = (key[i] as number) ^ 0x5c
  }
  inner.set(data, 64)
  outer.set(hash('sha256', inner.subarray(0, 64 + data.length), 'buffer'), 64)
  return hash('sha256', outer, 'buffer')
}

/** The uncompressed point of a P-256 public key, 65 bytes. By way of JWK, the quickest of the exports. */
export function pointOf(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
}

/** What precedes the point in a SubjectPublicKeyInfo of a P-256 key (RFC 5480). */
const spkiPrefix = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')

/**
 * Null unless the bytes are an uncompressed point on the curve: OpenSSL checks that. A text is read in half the time
 * that Node takes for an object with bytes, for the same reason as in `hmac`.
 */
export function readPoint(point: Buffer): KeyObject | null {
  if (point[0] !== 4) return null
  const base64 = Buffer.concat([spkiPrefix, point]).toString('base64')
  try {
    return createPublicKey(`-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----\n`)
  } catch {
    return null
  }
}
