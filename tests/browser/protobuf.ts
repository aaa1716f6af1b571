/** A field of a protobuf message: varint, string or bytes, nested fields, or fixed64. */
export type Field = [number: number, value: bigint | string | Uint8Array | Field[] | { fixed64: bigint }]

export function encodeFields(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.map(encodeField))
}

function encodeField([number, value]: Field): Buffer {
  if (typeof value === 'bigint') return Buffer.concat([tag(number, 0), encodeVarint(value)])
  if (typeof value === 'object' && 'fixed64' in value) {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(value.fixed64)
    return Buffer.concat([tag(number, 1), bytes])
  }
  const bytes = Array.isArray(value) ? encodeFields(value) : Buffer.from(value as string)
  return Buffer.concat([tag(number, 2), encodeVarint(BigInt(bytes.length)), bytes])
}

function tag(number: number, wireType: number): Buffer {
  return encodeVarint(BigInt(number * 8 + wireType))
}

export function encodeVarint(value: bigint): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...bytes, Number(rest)])
    bytes.push(Number(rest & 0x7fn) | 0x80)
  }
}

/** Null when the bytes end within the number. */
export function readVarint(bytes: Buffer, start: number): { value: number; end: number } | null {
  let value = 0
  for (let end = start; end < bytes.length; end++) {
    const byte = bytes[end] as number
    value += (byte & 0x7f) * 2 ** (7 * (end - start))
    if (byte < 0x80) return { value, end: end + 1 }
  }
  return null
}
