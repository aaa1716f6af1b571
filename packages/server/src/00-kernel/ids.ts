import { createHash, randomBytes } from 'node:crypto'

let latestMs = 0
/** Of 26 bits, and below 2^25 at first: no millisecond is long enough to use it up. */
let count = 0

/**
 * UUIDv7 (RFC 9562, section 5.7): new rows land at the end of their index. What a thread makes one after the other
 * for the same millisecond ascends as well (section 6.2, method 1), so that "newest first" is true of it.
 */
export function newId(now = Date.now()): string {
  const bytes = randomBytes(16)
  count = now === latestMs ? count + 1 : bytes.readUInt32BE(6) >>> 7
  latestMs = now
  bytes.writeUIntBE(now, 0, 6)
  bytes.writeUInt16BE(0x7000 | (count >>> 14), 6)
  bytes.writeUInt16BE(0x8000 | (count & 0x3fff), 8)
  return formatUuid(bytes)
}

/** A key that people copy: a prefix that says what it is, then 160 random bits. */
export function newKey(prefix: 'sk_' | 'pk_' | 'si_' | 'cs_'): string {
  return prefix + randomBytes(20).toString('hex')
}

export function sha256(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}

export function formatUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}
