/** The part of ASN.1 DER (X.690) that certificates and PKCS#12 files need: writing, and reading one level. */

export function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag]), lengthOctets(body.length), body])
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes = Buffer.from(
    length.toString(16).padStart(length > 0xffff ? 6 : length > 0xff ? 4 : 2, '0'),
    'hex',
  )
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes])
}

export const sequence = (...content: Buffer[]) => der(0x30, ...content)
export const setOf = (...content: Buffer[]) => der(0x31, ...content)
export const octets = (content: Buffer) => der(0x04, content)
export const utf8 = (text: string) => der(0x0c, Buffer.from(text))
export const nothing = () => der(0x05)
export const truth = () => der(0x01, Buffer.from([0xff]))
export const bits = (content: Buffer, unused = 0) => der(0x03, Buffer.from([unused]), content)
/** A constructed, context-specific tag: `[n] EXPLICIT`. */
export const context = (n: number, ...content: Buffer[]) => der(0xa0 | n, ...content)
/** A primitive, context-specific tag: `[n] IMPLICIT` of a string or octets. */
export const contextPrimitive = (n: number, content: Buffer) => der(0x80 | n, content)

export function integer(value: number | Buffer): Buffer {
  const bytes = typeof value === 'number' ? Buffer.from(hexOf(value), 'hex') : value
  return der(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

const hexOf = (value: number) =>
  value.toString(16).padStart(2 * Math.ceil(value.toString(16).length / 2), '0')

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return der(0x06, Buffer.from([40 * first + second, ...rest.flatMap(base128)]))
}

function base128(arc: number): number[] {
  const digits = [arc % 128]
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
    digits.unshift(0x80 | (left % 128))
  }
  return digits
}

/** UTCTime until 2049 and GeneralizedTime after it, as RFC 5280 section 4.1.2.5 asks. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '')
  return date.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(digits.slice(2)))
    : der(0x18, Buffer.from(digits))
}

export interface Element {
  tag: number
  content: Buffer
}

/** The elements that lie side by side in `bytes`. Throws a RangeError where they are cut short. */
export function readElements(bytes: Buffer): Element[] {
  const elements: Element[] = []
  for (let at = 0; at < bytes.length; ) {
    const short = bytes.readUInt8(at + 1)
    const extra = short < 0x80 ? 0 : short & 0x7f
    const length = extra === 0 ? short : bytes.readUIntBE(at + 2, extra)
    const start = at + 2 + extra
    if (start + length > bytes.length) throw new RangeError('A DER element is cut short.')
    elements.push({ tag: bytes.readUInt8(at), content: bytes.subarray(start, start + length) })
    at = start + length
  }
  return elements
}
