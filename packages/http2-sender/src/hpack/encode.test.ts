import { describe, expect, test } from 'vitest'
import {
  type LiteralKind,
  literalBytes,
  sizeUpdate,
  staticIndexOf,
  writeIndexed,
  writeLiteral,
} from './encode.ts'
import { examples, type Header } from './rfc7541-examples.ts'
import { createEncoderTable, type EncoderTable } from './table.ts'

const out = Buffer.alloc(4096)
const written = (end: number) => out.toString('hex', 0, end)

describe('encoding', () => {
  test('writes integers as in RFC 7541, C.1', () => {
    expect(written(sizeUpdate(out, 0, 10))).toBe('2a')
    expect(written(sizeUpdate(out, 0, 1337))).toBe('3f9a0a')
    expect(written(sizeUpdate(out, 0, 31))).toBe('3f00')
    expect(written(sizeUpdate(out, 0, 2 ** 32 - 1))).toBe('3fe0ffffff0f')
  })

  test.each<[section: string, kind: LiteralKind, name: string | number, value: string, hex: string]>([
    [
      'C.2.1',
      'incremental',
      'custom-key',
      'custom-header',
      '400a637573746f6d2d6b65790d637573746f6d2d686561646572',
    ],
    ['C.2.2', 'plain', 4, '/sample/path', '040c2f73616d706c652f70617468'],
    ['C.2.3', 'never', 'password', 'secret', '100870617373776f726406736563726574'],
  ])('writes the literal of RFC 7541, %s', (_, kind, name, value, hex) => {
    expect(written(writeLiteral(out, 0, kind, name, value))).toBe(hex)
  })

  test('writes the indexed header of RFC 7541, C.2.4', () => {
    expect(written(writeIndexed(out, 0, staticIndexOf(':method', 'GET')))).toBe('82')
  })

  test.each(examples)('writes the blocks of RFC 7541, $section', ({ maxTableSize, huffman, steps }) => {
    const table = createEncoderTable(maxTableSize)
    for (const { headers, block } of steps) {
      let end = 0
      for (const header of headers) end = writeBest(table, end, header, huffman)
      expect(written(end)).toBe(block)
    }
  })

  test('uses no Huffman code where it is longer', () => {
    expect(written(writeLiteral(out, 0, 'plain', 4, '~~', true))).toBe('04027e7e')
  })

  test('starts where it is told to and takes no more than foretold', () => {
    const value = '\x00'.repeat(300)
    for (const huffman of [false, true]) {
      const end = writeLiteral(out, 100, 'never', 'x'.repeat(200), value, huffman)
      expect(end - 100).toBeLessThanOrEqual(literalBytes('x'.repeat(200), value))
    }
  })
})

/** The encoder of the examples: indexed where possible, and everything else enters the table. */
function writeBest(table: EncoderTable, at: number, [name, value]: Header, huffman: boolean): number {
  const index = staticIndexOf(name, value) || table.indexOf(name, value)
  if (index > 0) return writeIndexed(out, at, index)
  const nameIndex = staticIndexOf(name) || table.indexOf(name)
  table.add(name, value)
  return writeLiteral(out, at, 'incremental', nameIndex || name, value, huffman)
}
