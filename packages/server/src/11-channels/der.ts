export interface DerElement {
  tag: number
  content: Buffer
}

/**
 * The elements that follow one another in DER (X.690), not looking into them. What is not DER to its last byte
 * gives no elements at all.
 */
export function elementsOf(bytes: Buffer = Buffer.alloc(0)): DerElement[] {
  const elements: DerElement[] = []
  for (let at = 0; at < bytes.length; ) {
    const element = elementAt(bytes, at)
    if (element === null) return []
    elements.push(element)
    at = element.content.byteOffset + element.content.length - bytes.byteOffset
  }
  return elements
}

function elementAt(bytes: Buffer, at: number): DerElement | null {
  const [tag, first] = bytes.subarray(at, at + 2)
  if (tag === undefined || first === undefined) return null
  // From 0x80 on the low bits count the length's own bytes; certificates stay far below 4 GiB.
  const lengthBytes = first < 0x80 ? 0 : first - 0x80
  const start = at + 2 + lengthBytes
  if (lengthBytes > 4 || start > bytes.length) return null
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes)
  const content = bytes.subarray(start, start + length)
  return content.length === length ? { tag, content } : null
}

/** The value of an extension of a certificate (RFC 5280, section 4.1), if it has it. */
export function extensionOf(certificate: Buffer, oid: string): Buffer | undefined {
  const [whole] = elementsOf(certificate)
  const [toBeSigned] = elementsOf(whole?.content)
  const field = elementsOf(toBeSigned?.content).find(({ tag }) => tag === 0xa3)
  const [extensions] = elementsOf(field?.content)
  const wanted = oidBytes(oid)
  return elementsOf(extensions?.content)
    .map(({ content }) => elementsOf(content))
    .find(([name]) => name?.content.equals(wanted))
    ?.at(-1)?.content
}

function oidBytes(oid: string): Buffer {
  const [first = 0, second = 0, ...rest] = oid.split('.').map(Number)
  return Buffer.from([first * 40 + second, ...rest.flatMap(base128)])
}

function base128(value: number): number[] {
  const digits = [value & 0x7f]
  for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80)
  return digits
}

/** Writes one element. */
export function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.of(tag), lengthOf(body.length), body])
}

export const derOid = (oid: string) => der(0x06, oidBytes(oid))

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  const digits = length.toString(16)
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex')
  return Buffer.concat([Buffer.of(0x80 + bytes.length), bytes])
}
