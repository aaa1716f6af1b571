import { array, assert, boolean, constantFrom, oneof, property, string, tuple, uint8Array } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDecoder } from './decode.ts'
import { type LiteralKind, literalBytes, sizeUpdate, writeIndexed, writeLiteral } from './encode.ts'
import { HpackError } from './hpack-error.ts'
import { examples } from './rfc7541-examples.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const open = (maxTableSize = 4096, maxHeaderListSize = 16_384) =>
  createDecoder({ maxTableSize, maxHeaderListSize })

function faultOf(work: () => void): string | undefined {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(HpackError)
    expect((error as HpackError).code).toBe('COMPRESSION_ERROR')
    return (error as HpackError).fault
  }
  return undefined
}

describe('decoding', () => {
  test.each([
    ['C.2.1', '400a637573746f6d2d6b65790d637573746f6d2d686561646572', ['custom-key', 'custom-header']],
    ['C.2.2', '040c2f73616d706c652f70617468', [':path', '/sample/path']],
    ['C.2.3', '100870617373776f726406736563726574', ['password', 'secret']],
    ['C.2.4', '82', [':method', 'GET']],
  ])('reads the header of RFC 7541, %s', (_, block, header) => {
    expect(open().decode(hex(block))).toEqual([header])
  })

  test.each(examples)('reads the blocks of RFC 7541, $section', ({ maxTableSize, steps }) => {
    const decoder = open(maxTableSize)
    for (const { block, headers, table } of steps) {
      expect(decoder.decode(hex(block))).toEqual(headers)
      // Reading changes nothing, so the table shows itself by index.
      const indices = Buffer.from(table.map((_header, age) => 0x80 | (62 + age)))
      expect(decoder.decode(indices)).toEqual(table)
      expect(faultOf(() => open(maxTableSize).decode(indices))).toBe('no_such_index')
    }
  })

  test('reads a part of a buffer, and nothing beyond it', () => {
    const block = hex('ffff 88 0f0d 02 3139 ffff')
    const headers: string[] = []
    open().decodeInto((name, value) => headers.push(`${name}: ${value}`), block, 2, 8)
    expect(headers).toEqual([':status: 200', 'content-length: 19'])
    expect(faultOf(() => open().decodeInto(() => undefined, block, 2, 7))).toBe('truncated')
  })

  test('an empty block has no headers', () => {
    expect(open().decode(hex(''))).toEqual([])
  })

  test.each([
    ['index 0', '80', 'no_such_index'],
    ['an index behind the tables', 'be', 'no_such_index'],
    ['a name behind the tables', '7e 0161', 'no_such_index'],
    ['an integer without an end', '7f 80', 'truncated'],
    ['an integer that never ends', 'ff 8080 8080 8080 8080 00', 'integer_too_large'],
    ['an integer beyond 32 bits', 'ff ffff ffff 7f', 'integer_too_large'],
    ['a literal without a value', '40 0161', 'truncated'],
    ['a literal without a name', '40', 'truncated'],
    ['text longer than the block', '40 0561', 'truncated'],
    ['text of a quarter gigabyte', '00 7fffffff7f', 'truncated'],
    ['EOS within text', '00 84ffffffff 00', 'bad_huffman_code'],
    ['padding that is not ones', '00 811e 00', 'bad_huffman_code'],
    ['a byte of padding', '00 821fff 00', 'bad_huffman_code'],
    ['a size update after a header', '82 20', 'size_update_inside_block'],
    ['a size update above the limit', '3fe2 1f', 'size_update_too_large'],
  ])('refuses %s', (_, block, fault) => {
    expect(faultOf(() => open().decode(hex(block)))).toBe(fault)
  })
})

describe('a block that leaves the table alone', () => {
  const isPure = (block: string, before = '4001610162') => {
    const decoder = open()
    decoder.decode(hex(before))
    return decoder.decodeInto(() => undefined, hex(block), 0, hex(block).length)
  }

  test.each([
    ['static headers', '88'],
    ['literals', '00 0161 0162 10 0161 0162 0f0d 0130'],
    ['nothing', ''],
  ])('has %s', (_, block) => {
    expect(isPure(block)).toBe(true)
  })

  test.each([
    ['a header of the table', 'be'],
    ['a name of the table', '0f2f 0161'],
    ['a header for the table', '400161 0162'],
    ['a size update', '20 88'],
  ])('does not have %s', (_, block) => {
    expect(isPure(block)).toBe(false)
  })
})

describe('the size of the table', () => {
  test('is changed by updates at the start of a block, several of them too', () => {
    const decoder = open()
    expect(decoder.decode(hex('20 3fe11f 4001610162'))).toEqual([['a', 'b']])
    expect(decoder.decode(hex('be'))).toEqual([['a', 'b']])
    expect(decoder.decode(hex('20'))).toEqual([])
    expect(faultOf(() => decoder.decode(hex('be')))).toBe('no_such_index')
  })

  test('must be brought down by the first block after a reduction', () => {
    const reduced = () => {
      const decoder = open()
      decoder.setMaxTableSize(10)
      return decoder
    }
    expect(reduced().decode(hex('2a 88'))).toEqual([[':status', '200']])
    expect(faultOf(() => reduced().decode(hex('88')))).toBe('size_update_missing')
    expect(faultOf(() => reduced().decode(hex('2b 88')))).toBe('size_update_too_large')
  })

  test('must reach the smallest limit, even if a larger one followed it', () => {
    const changed = () => {
      const decoder = open()
      decoder.setMaxTableSize(10)
      decoder.setMaxTableSize(100)
      return decoder
    }
    expect(changed().decode(hex('2a 3f45 88'))).toEqual([[':status', '200']])
    expect(faultOf(() => changed().decode(hex('3f45 88')))).toBe('size_update_missing')
  })

  test('needs no update when the limit grows or was never used', () => {
    const decoder = open(0)
    decoder.setMaxTableSize(0)
    decoder.setMaxTableSize(4096)
    expect(decoder.decode(hex('88'))).toEqual([[':status', '200']])
  })
})

describe('the limit of the header list', () => {
  const header = '00 0161 0162'

  test('counts 32 bytes for each header', () => {
    expect(open(0, 68).decode(hex(header.repeat(2)))).toHaveLength(2)
    expect(faultOf(() => open(0, 67).decode(hex(header.repeat(2))))).toBe('header_list_too_large')
  })

  test('counts again from nothing for each block', () => {
    const decoder = open(0, 40)
    for (let block = 0; block < 3; block++) expect(decoder.decode(hex(header))).toHaveLength(1)
  })

  test('holds for one long entry that is named again and again', () => {
    const decoder = open()
    const block = Buffer.alloc(5000)
    decoder.decode(block.subarray(0, writeLiteral(block, 0, 'incremental', 'bomb', 'x'.repeat(4000))))
    expect(faultOf(() => decoder.decode(Buffer.alloc(1000, 0xbe)))).toBe('header_list_too_large')
  })

  test('holds for text that Huffman code makes longer', () => {
    const block = Buffer.alloc(20_000)
    const end = writeLiteral(block, 0, 'plain', 'a', 'a'.repeat(30_000), true)
    expect(faultOf(() => open().decode(block.subarray(0, end)))).toBe('header_list_too_large')
  })
})

const text = oneof(string({ unit: 'binary-ascii' }), string({ unit: 'grapheme', maxLength: 300 })).map(
  (any) => Buffer.from(any).toString('latin1'),
)
const literal = tuple(constantFrom<LiteralKind>('incremental', 'plain', 'never'), text, text, boolean())

describe('whatever comes', () => {
  test('gives back every list of headers', () => {
    assert(
      property(array(literal), (literals) => {
        const block = Buffer.alloc(
          literals.reduce((sum, [, name, value]) => sum + literalBytes(name, value), 0),
        )
        let end = 0
        for (const [kind, name, value, huffman] of literals) {
          end = writeLiteral(block, end, kind, name, value, huffman)
        }
        const headers = literals.map(([, name, value]) => [name, value])
        expect(open(4096, 1 << 24).decode(block.subarray(0, end))).toEqual(headers)
      }),
    )
  })

  test('throws HpackError or gives headers within the limit, for any blocks at all', () => {
    const fragment = oneof(
      uint8Array({ maxLength: 40 }),
      constantFrom(...examples.flatMap(({ steps }) => steps.map(({ block }) => new Uint8Array(hex(block))))),
    )
    assert(
      property(array(array(fragment, { maxLength: 4 })), (blocks) => {
        const decoder = open(256, 1000)
        faultOf(() => {
          for (const fragments of blocks) {
            const headers = decoder.decode(Buffer.concat(fragments))
            const size = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0)
            expect(size).toBeLessThanOrEqual(1000)
          }
        })
      }),
      { numRuns: 2000 },
    )
  })

  test('an update of any size and an index of any size are read as they were written', () => {
    const block = Buffer.alloc(16)
    for (const size of [0, 30, 31, 32, 158, 159, 4095, 4096]) {
      const end = writeIndexed(block, sizeUpdate(block, 0, size), 8)
      expect(open().decode(block.subarray(0, end))).toEqual([[':status', '200']])
    }
  })
})
