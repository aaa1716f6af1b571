import { HpackError } from './hpack-error.ts'
import { readHuffman } from './huffman.ts'
import './latin1.ts'
import { staticNames, staticTableSize, staticValues } from './static-table.ts'
import { createDecoderTable, entryOverheadBytes } from './table.ts'

export interface DecoderOptions {
  /** What our SETTINGS_HEADER_TABLE_SIZE allows; 4,096 until the peer has acknowledged another. */
  maxTableSize: number
  /** Names and values with 32 bytes for each header, as SETTINGS_MAX_HEADER_LIST_SIZE counts them. */
  maxHeaderListSize: number
}

export type HeaderSink = (name: string, value: string) => void

/** The decoding half of one connection (RFC 7541): it has to see every header block, in order. */
export interface Decoder {
  /** Throws an `HpackError`, after which the decoder is of no more use. */
  decode(block: Buffer): [name: string, value: string][]
  /**
   * The same for a part of a buffer and without an array. The block lies whole within `from` and `to`. True when it
   * neither used nor changed the table: the same bytes will always mean the same headers.
   */
  decodeInto(sink: HeaderSink, block: Buffer, from: number, to: number): boolean
  /**
   * The peer has acknowledged another SETTINGS_HEADER_TABLE_SIZE. After a reduction its next block must begin with a size
   * update (section 4.2). Servers in use forget it, and go on with the table they had: who talks to them does not call this.
   */
  setMaxTableSize(bytes: number): void
}

/** Larger numbers have no use here, and four bytes after the first keep the sums within 32 bits. */
const mostContinuationBytes = 4

export function createDecoder({ maxTableSize, maxHeaderListSize }: DecoderOptions): Decoder {
  const table = createDecoderTable(maxTableSize)
  let limit = maxTableSize
  /** Section 4.2: after a reduction the next block must begin with an update to no more than this. */
  let updateDue: number | undefined
  let scratch: Buffer = Buffer.allocUnsafe(256)

  // The block that is being read. Kept here, so that each step can move on without making objects.
  let input: Buffer = scratch
  let at = 0
  let end = 0
  let listBytes = 0
  let usedTable = false

  function decode(block: Buffer): [string, string][] {
    const headers: [string, string][] = []
    decodeInto((name, value) => headers.push([name, value]), block, 0, block.length)
    return headers
  }

  function decodeInto(sink: HeaderSink, block: Buffer, from: number, to: number): boolean {
    input = block
    at = from
    end = to
    listBytes = 0
    usedTable = false
    while (at < end && ((input[at] as number) & 0xe0) === 0x20) readSizeUpdate()
    if (updateDue !== undefined) throw new HpackError('size_update_missing')
    while (at < end) readHeader(sink)
    return !usedTable
  }

  function readSizeUpdate(): void {
    const size = readInteger(0x1f)
    if (size > limit) throw new HpackError('size_update_too_large')
    if (updateDue !== undefined && size <= updateDue) updateDue = undefined
    table.resize(size)
    usedTable = true
  }

  function readHeader(sink: HeaderSink): void {
    const first = input[at] as number
    if (first & 0x80) {
      const index = readInteger(0x7f)
      count(nameAt(index), valueAt(index), sink)
      return
    }
    if ((first & 0xe0) === 0x20) throw new HpackError('size_update_inside_block')
    const incremental = first & 0x40
    const index = readInteger(incremental ? 0x3f : 0x0f)
    const name = index === 0 ? readText() : nameAt(index)
    const value = readText()
    if (incremental) {
      table.add(name, value)
      usedTable = true
    }
    count(name, value, sink)
  }

  function count(name: string, value: string, sink: HeaderSink): void {
    listBytes += name.length + value.length + entryOverheadBytes
    if (listBytes > maxHeaderListSize) throw new HpackError('header_list_too_large')
    sink(name, value)
  }

  function nameAt(index: number): string {
    if (index <= staticTableSize && index > 0) return staticNames[index] as string
    return dynamicAt(index).name
  }

  function valueAt(index: number): string {
    if (index <= staticTableSize && index > 0) return staticValues[index] as string
    return dynamicAt(index).value
  }

  function dynamicAt(index: number) {
    const entry = index === 0 ? undefined : table.at(index - staticTableSize - 1)
    if (entry === undefined) throw new HpackError('no_such_index')
    usedTable = true
    return entry
  }

  /** Section 5.2. */
  function readText(): string {
    if (at >= end) throw new HpackError('truncated')
    const isHuffman = (input[at] as number) & 0x80
    const length = readInteger(0x7f)
    const start = at
    at += length
    if (at > end) throw new HpackError('truncated')
    return isHuffman ? huffmanText(start) : input.latin1Slice(start, at)
  }

  /** No code is shorter than five bits, and nobody needs more than the list may hold. */
  function huffmanText(start: number): string {
    const most = Math.min(Math.ceil(((at - start) * 8) / 5), maxHeaderListSize) + 1
    if (scratch.length < most) scratch = Buffer.allocUnsafe(most)
    const length = readHuffman(input, start, at, scratch)
    if (length < 0) throw new HpackError('bad_huffman_code')
    if (length > maxHeaderListSize) throw new HpackError('header_list_too_large')
    return scratch.latin1Slice(0, length)
  }

  /** Section 5.1: `most` is the largest number that the prefix holds. */
  function readInteger(most: number): number {
    let value = (input[at++] as number) & most
    if (value < most) return value
    for (let shift = 0; shift < mostContinuationBytes * 7; shift += 7) {
      if (at >= end) throw new HpackError('truncated')
      const byte = input[at++] as number
      value += (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new HpackError('integer_too_large')
  }

  function setMaxTableSize(bytes: number): void {
    if (bytes < table.maxBytes) updateDue = Math.min(bytes, updateDue ?? bytes)
    limit = bytes
  }

  return { decode, decodeInto, setMaxTableSize }
}
