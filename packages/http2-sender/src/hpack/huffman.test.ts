import { assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { huffmanBytes, readHuffman, writeHuffman } from './huffman.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const latin1 = string({ unit: 'binary' }).map((text) => Buffer.from(text).toString('latin1'))

function decoded(input: Buffer): string | undefined {
  const out = Buffer.alloc(input.length * 2)
  const length = readHuffman(input, 0, input.length, out)
  return length < 0 ? undefined : out.toString('latin1', 0, length)
}

describe('the Huffman code', () => {
  test('gives back any text, in the length that was foretold', () => {
    assert(
      property(latin1, (text) => {
        const out = Buffer.alloc(text.length * 4 + 4)
        const end = writeHuffman(out, 0, text)
        expect(end).toBe(huffmanBytes(text))
        expect(decoded(out.subarray(0, end))).toBe(text)
      }),
    )
  })

  test('has a code for each of the 256 symbols', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, symbol) => symbol)).toString('latin1')
    const out = Buffer.alloc(1024)
    expect(decoded(out.subarray(0, writeHuffman(out, 0, all)))).toBe(all)
  })

  test('takes up to seven ones as padding', () => {
    expect(decoded(hex('1f'))).toBe('a')
    expect(decoded(hex('f8ff'))).toBeUndefined()
    // "?" has ten bits, so six ones follow; "&" has eight and none.
    expect(decoded(hex('ff3f'))).toBe('?')
    expect(decoded(hex('f8'))).toBe('&')
  })

  test.each([
    ['a zero among the padding', '1e'],
    ['eight ones', 'ff'],
    ['a whole byte of padding after a symbol', '1fff'],
    ['EOS', 'ffffffff'],
    ['EOS after a symbol', '1fffffffff'],
    ['a code that is cut off', 'fffe'],
  ])('refuses %s', (_, bytes) => {
    expect(decoded(hex(bytes))).toBeUndefined()
  })

  test('counts what has no room, and writes nothing behind its buffer', () => {
    const coded = Buffer.alloc(16)
    const end = writeHuffman(coded, 0, 'aaaaaaaaaa')
    const out = Buffer.alloc(8)
    expect(readHuffman(coded, 0, end, out.subarray(0, 4))).toBe(10)
    expect(out.toString('latin1')).toBe('aaaa\0\0\0\0')
  })
})
