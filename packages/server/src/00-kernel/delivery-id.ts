import { createCipheriv } from 'node:crypto'
import { formatUuid, isUuid } from './ids.ts'

/**
 * A delivery id says where its row is: a UUIDv8 (RFC 9562, section 5.8) of the message's number (48 bits), the
 * recipient's ordinal (32 bits) and 42 bits that only we can make. So it is known before anything is stored,
 * is the same on every attempt and after every crash, needs no index, and cannot be guessed by a device that
 * knows another one.
 *
 * Layout: 0-5 message, 6-11 tag with version and variant, 12-15 ordinal.
 */
export interface DeliveryIds {
  make(messageSeq: number, ordinal: number): string
  /** For many recipients of one message: one pass of the cipher for all. `ordinals` in any order. */
  makeMany(messageSeq: number, ordinals: readonly number[]): string[]
  /** Null when the text is not an id that we made. */
  parse(id: string): { messageSeq: number; ordinal: number } | null
}

export function createDeliveryIds(key: Buffer): DeliveryIds {
  const makeMany = (messageSeq: number, ordinals: readonly number[]) => {
    // AES as a pseudo-random function of (message, ordinal): one block per recipient.
    const blocks = Buffer.alloc(ordinals.length * 16)
    for (const [i, ordinal] of ordinals.entries()) {
      blocks.writeUIntBE(messageSeq, i * 16, 6)
      blocks.writeUInt32BE(ordinal, i * 16 + 12)
    }
    const tags = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(blocks)
    return ordinals.map((_, i) =>
      assemble(blocks.subarray(i * 16, i * 16 + 16), tags.subarray(i * 16, i * 16 + 6)),
    )
  }
  const make = (messageSeq: number, ordinal: number) => makeMany(messageSeq, [ordinal])[0] as string
  return {
    make,
    makeMany,
    parse: (id) => {
      if (!isUuid(id)) return null
      const bytes = Buffer.from(id.replaceAll('-', ''), 'hex')
      const address = { messageSeq: bytes.readUIntBE(0, 6), ordinal: bytes.readUInt32BE(12) }
      return make(address.messageSeq, address.ordinal) === id.toLowerCase() ? address : null
    },
  }
}

function assemble(block: Buffer, tag: Buffer): string {
  tag.copy(block, 6)
  block[6] = 0x80 | ((block[6] ?? 0) & 0x0f)
  block[8] = 0x80 | ((block[8] ?? 0) & 0x3f)
  return formatUuid(block)
}
