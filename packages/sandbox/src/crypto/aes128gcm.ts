import { createDecipheriv, createECDH, hkdfSync } from 'node:crypto'

export interface EncryptedBody {
  salt: Buffer
  recordSize: number
  keyId: Buffer
  records: Buffer
}

const TAG_LENGTH = 16

/** The header of RFC 8188 section 2.1; undefined where it is cut short or its record size is impossible. */
export function readEncryptedBody(body: Buffer): EncryptedBody | undefined {
  if (body.length < 21) return undefined
  const recordSize = body.readUInt32BE(16)
  const start = 21 + body.readUInt8(20)
  if (recordSize < 18 || start >= body.length) return undefined
  return {
    salt: body.subarray(0, 16),
    recordSize,
    keyId: body.subarray(21, start),
    records: body.subarray(start),
  }
}

/** Opens every record (RFC 8188 section 2.2); undefined where a tag or a delimiter is wrong. */
export function openRecords(body: EncryptedBody, inputKey: Buffer): Buffer | undefined {
  const key = hkdf(inputKey, body.salt, 'Content-Encoding: aes128gcm\0', 16)
  const baseNonce = hkdf(inputKey, body.salt, 'Content-Encoding: nonce\0', 12)
  const count = Math.ceil(body.records.length / body.recordSize)
  const opened: Buffer[] = []
  for (let index = 0; index < count; index++) {
    const record = body.records.subarray(index * body.recordSize, (index + 1) * body.recordSize)
    const plain = openRecord(record, key, nonceOf(baseNonce, index), index === count - 1)
    if (!plain) return undefined
    opened.push(plain)
  }
  return Buffer.concat(opened)
}

/**
 * Opens a Web Push message for the subscriber that holds `scalar` and `auth` (RFC 8291 section 3.4).
 * One record only, as section 4 demands.
 */
export function openMessage(body: Buffer, subscriber: { scalar: Buffer; auth: Buffer }): Buffer | undefined {
  const encrypted = readEncryptedBody(body)
  if (encrypted?.keyId.length !== 65 || encrypted.records.length > encrypted.recordSize) return undefined
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(subscriber.scalar)
  const shared = agree(ecdh, encrypted.keyId)
  if (!shared) return undefined
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), encrypted.keyId])
  return openRecords(encrypted, hkdf(shared, subscriber.auth, info, 32))
}

function agree(ecdh: ReturnType<typeof createECDH>, point: Buffer): Buffer | undefined {
  try {
    return ecdh.computeSecret(point)
  } catch {
    return undefined // the sender's point is not on the curve
  }
}

function openRecord(record: Buffer, key: Buffer, nonce: Buffer, isLast: boolean): Buffer | undefined {
  if (record.length <= TAG_LENGTH) return undefined
  const decipher = createDecipheriv('aes-128-gcm', key, nonce)
  decipher.setAuthTag(record.subarray(-TAG_LENGTH))
  try {
    const padded = Buffer.concat([decipher.update(record.subarray(0, -TAG_LENGTH)), decipher.final()])
    return withoutPadding(padded, isLast ? 2 : 1)
  } catch {
    return undefined // the tag does not match: another key, or a byte was changed
  }
}

/** Content, one delimiter (2 in the last record, 1 before it), then zeros only. */
function withoutPadding(padded: Buffer, delimiter: number): Buffer | undefined {
  let end = padded.length - 1
  while (end >= 0 && padded[end] === 0) end--
  return padded[end] === delimiter ? padded.subarray(0, end) : undefined
}

/** The record number is XORed into the low bits; 32 of them are more than a message can have records. */
function nonceOf(base: Buffer, index: number): Buffer {
  const nonce = Buffer.from(base)
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ index) >>> 0, 8)
  return nonce
}

function hkdf(inputKey: Buffer, salt: Buffer, info: string | Buffer, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', inputKey, salt, info, length))
}
