import { createHash, randomBytes } from 'node:crypto'

/** UUIDv7 (RFC 9562, section 5.7): new rows land at the end of their index. */
export function newId(now = Date.now()): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now, 0, 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
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
