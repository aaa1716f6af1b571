import { huffmanBytes, writeHuffman } from './huffman.ts'
import './latin1.ts'

export { staticIndexOf } from './static-table.ts'

/*
 * Each function writes at `at` and returns the new end. None checks for room: `literalBytes` tells what a header can
 * take. Text is written with one byte per character; refusing what is no header text is the caller's.
 */

/** `incremental` enters the peer's dynamic table; `never` also binds whoever passes it on (section 7.1.3). */
export type LiteralKind = 'incremental' | 'plain' | 'never'

const prefixes: Record<LiteralKind, { pattern: number; most: number }> = {
  incremental: { pattern: 0x40, most: 0x3f },
  plain: { pattern: 0x00, most: 0x0f },
  never: { pattern: 0x10, most: 0x0f },
}

/** No integer takes more: a first byte and five with seven bits each. */
const integerBytes = 6

/** The most that `writeLiteral` can take for a header. */
export function literalBytes(name: string | number, value: string): number {
  return 3 * integerBytes + (typeof name === 'string' ? name.length : 0) + value.length
}

/** RFC 7541, section 6.1. */
export function writeIndexed(out: Buffer, at: number, index: number): number {
  return writeInteger(out, at, 0x80, 0x7f, index)
}

/**
 * RFC 7541, section 6.2. `name` is text in lower case, or the index of an entry that has it. With `huffman`, text that
 * does not get longer by it is written in Huffman code. Six parameters, because an object per header would cost more than the
 * header.
 */
export function writeLiteral(
  out: Buffer,
  at: number,
  kind: LiteralKind,
  name: string | number,
  value: string,
  huffman = false,
): number {
  const { pattern, most } = prefixes[kind]
  let end: number
  if (typeof name === 'number') end = writeInteger(out, at, pattern, most, name)
  else {
    out[at] = pattern
    end = writeText(out, at + 1, name, huffman)
  }
  return writeText(out, end, value, huffman)
}

/** RFC 7541, section 6.3. */
export function sizeUpdate(out: Buffer, at: number, size: number): number {
  return writeInteger(out, at, 0x20, 0x1f, size)
}

function writeText(out: Buffer, at: number, text: string, huffman: boolean): number {
  const length = text.length
  if (huffman) {
    const coded = huffmanBytes(text)
    if (coded <= length) return writeHuffman(out, writeInteger(out, at, 0x80, 0x7f, coded), text)
  }
  const start = writeInteger(out, at, 0x00, 0x7f, length)
  out.latin1Write(text, start)
  return start + length
}

/** RFC 7541, section 5.1: `most` is the largest number that the prefix holds, `pattern` the bits above it. */
function writeInteger(out: Buffer, at: number, pattern: number, most: number, value: number): number {
  if (value < most) {
    out[at] = pattern | value
    return at + 1
  }
  out[at] = pattern | most
  let end = at + 1
  let rest = value - most
  while (rest >= 0x80) {
    out[end++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  out[end] = rest
  return end + 1
}
