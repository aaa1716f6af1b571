import { isFieldName } from '../header-rules.ts'
import { createDecoder } from '../hpack/decode.ts'
import type { Headers } from '../sender.ts'
import { defaultTableBytes, ourMaxHeaderListBytes } from './settings.ts'

/** One header block of an answer: the final one, a 1xx before it, or trailers (`status` 0). */
export interface ResponseHead {
  status: number
  headers: Headers
  /** -1 when it is not stated. */
  contentLength: number
}

export interface ResponseHeads {
  /** Undefined when the block breaks the rules of HTTP (RFC 9113, section 8.2.1 and 8.3); throws an `HpackError`. */
  read(block: Buffer, from: number, to: number): ResponseHead | undefined
}

/** Blocks up to this length are remembered. */
const longestRemembered = 1024

/**
 * Decodes header blocks. Where the compression table is left alone equal bytes mean equal headers, and a server gives
 * most of its answers the same ones: the last such block of each length is remembered, and its headers are shared by
 * all answers. The table has the size that the peer gives it; not all keep to our HEADER_TABLE_SIZE of 0.
 */
export function createResponseHeads(): ResponseHeads {
  const decoder = createDecoder({
    maxTableSize: defaultTableBytes,
    maxHeaderListSize: ourMaxHeaderListBytes,
  })
  const remembered: ({ block: Buffer; head: ResponseHead } | undefined)[] = []
  const reader = createHeadReader()

  function read(block: Buffer, from: number, to: number): ResponseHead | undefined {
    const length = to - from
    const known = remembered[length]
    if (known !== undefined && known.block.compare(block, from, to) === 0) return known.head
    reader.begin()
    const isPure = decoder.decodeInto(reader.header, block, from, to)
    const head = reader.end()
    if (isPure && head !== undefined && length <= longestRemembered) {
      remember(length, head, block.subarray(from, to))
    }
    return head
  }

  function remember(length: number, head: ResponseHead, block: Buffer): void {
    const known = remembered[length]
    if (known === undefined) remembered[length] = { block: Buffer.from(block), head }
    else {
      known.block.set(block)
      known.head = head
    }
  }

  return { read }
}

/** Gathers the headers of one block after the other, and judges them. */
function createHeadReader() {
  let status = 0
  let contentLength = -1
  let headers: Record<string, string> = {}
  let regular = 0
  let isWellFormed = true

  function begin(): void {
    status = 0
    contentLength = -1
    headers = {}
    regular = 0
    isWellFormed = true
  }

  function header(name: string, value: string): void {
    if (name === ':status') {
      isWellFormed &&= status === 0 && regular === 0 && /^[1-9]\d\d$/.test(value)
      status = Number(value)
      return
    }
    regular++
    isWellFormed &&= isGoodName(name) && !forbiddenInValue.test(value)
    if (name === 'content-length') {
      isWellFormed &&= /^\d{1,15}$/.test(value) && (contentLength < 0 || contentLength === Number(value))
      contentLength = Number(value)
      headers[name] = value
    } else {
      const before = headers[name]
      headers[name] = typeof before === 'string' ? `${before}, ${value}` : value
    }
  }

  return {
    begin,
    header,
    end: (): ResponseHead | undefined => (isWellFormed ? { status, headers, contentLength } : undefined),
  }
}

/** Section 8.2.1. What else a server may say is its affair. */
const forbiddenInValue = /[\0\r\n]/

const fieldNames = new Set<string>()
/** A peer that invents names must not fill the memory. */
const mostFieldNames = 1000

/** Most names come again and again. */
function isGoodName(name: string): boolean {
  if (fieldNames.has(name)) return true
  if (!isFieldName(name)) return false
  if (fieldNames.size < mostFieldNames) fieldNames.add(name)
  return true
}
