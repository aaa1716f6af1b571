import { isFieldName, isFieldValue, isPath } from '../header-rules.ts'
import { sizeUpdate, staticIndexOf, writeIndexed, writeLiteral } from '../hpack/encode.ts'
import { createEncoderTable, entryOverheadBytes } from '../hpack/table.ts'
import type { Headers, SendRequest } from '../sender.ts'
import { defaultTableBytes } from './settings.ts'

type Method = NonNullable<SendRequest['method']>

/** The constant part of a request's headers: method, scheme, authority and what is shared. */
interface ConstantBlock {
  fields: readonly ConstantField[]
  names: ReadonlySet<string>
  /** As MAX_HEADER_LIST_SIZE counts. */
  listBytes: number
  bytes: Buffer | undefined
  /** The state of the peer's table that `bytes` was made for. */
  tableState: number
}

interface ConstantField {
  name: string
  nameIndex: number
  value: string
  isIndexed: boolean
}

export interface RequestHeaders {
  /**
   * What the headers come to by the rule of MAX_HEADER_LIST_SIZE, which is more than they ever take as bytes; -1 when
   * they are no headers.
   */
  measure(request: SendRequest): number
  /** Writes the header block of the request that was measured last; returns where it ends. */
  write(out: Buffer, at: number): number
  /** The peer allows a table of so many bytes. */
  setMaxTableSize(bytes: number): void
}

/** A table update or two can come before a block. */
const updateBytes = 12

/**
 * Encodes requests after a plan: the shared part is encoded once and copied from then on, and it alone enters the
 * peer's table. What changes from request to request would only push it out (RFC 7541, section 2.3.2).
 */
export function createRequestHeaders(authority: string, unindexed: readonly string[]): RequestHeaders {
  const constants = new WeakMap<Headers, Partial<Record<Method, ConstantBlock | 'invalid'>>>()
  const table = createEncoderTable(defaultTableBytes)
  let tableBytes = defaultTableBytes
  /** Section 4.2: the smallest since the last block, and the present one. */
  let updates: number[] = []
  /** Changes with every insertion, because that moves all indexes. */
  let tableState = 1
  let request: SendRequest | undefined
  let constant: ConstantBlock | undefined
  let lastShared: Headers | undefined
  let lastMethod: Method | undefined

  function measure(next: SendRequest): number {
    const method = next.method ?? 'POST'
    const shared = next.shared ?? none
    if (constant === undefined || lastShared !== shared || lastMethod !== method) {
      const found = constantOf(shared, method)
      constant = found === 'invalid' ? undefined : found
      lastShared = shared
      lastMethod = method
    }
    request = next
    if (constant === undefined || !isPath(next.path)) return -1
    let bytes = constant.listBytes + updateBytes + ':path'.length + next.path.length + entryOverheadBytes
    const { headers } = next
    for (const name in headers) {
      const value = headers[name] as string
      const field = fieldOf(name)
      if (field === undefined || !isFieldValue(value)) return -1
      if (constant.names.has(field.name)) return measure(withoutOverridden(next))
      bytes += name.length + value.length + entryOverheadBytes
    }
    return bytes
  }

  function constantOf(shared: Headers, method: Method): ConstantBlock | 'invalid' {
    const byMethod = constants.get(shared) ?? {}
    const found = byMethod[method] ?? makeConstant(shared, method)
    byMethod[method] = found
    constants.set(shared, byMethod)
    return found
  }

  function makeConstant(shared: Headers, method: Method): ConstantBlock | 'invalid' {
    const pseudo = Object.entries({ ':method': method, ':scheme': 'https', ':authority': authority })
    const fields: ConstantField[] = pseudo.map(([name, value]) => ({
      name,
      nameIndex: staticIndexOf(name),
      value,
      isIndexed: true,
    }))
    for (const [name, value] of Object.entries(shared)) {
      const field = fieldOf(name)
      if (field === undefined || !isFieldValue(value)) return 'invalid'
      fields.push({ ...field, value, isIndexed: !unindexed.includes(field.name) })
    }
    const listBytes = fields.reduce(
      (sum, { name, value }) => sum + name.length + value.length + entryOverheadBytes,
      0,
    )
    return {
      fields,
      names: new Set(fields.map(({ name }) => name)),
      listBytes,
      bytes: undefined,
      tableState: 0,
    }
  }

  function write(out: Buffer, at: number): number {
    if (request === undefined || constant === undefined) throw new TypeError('write comes after measure')
    let end = updates.length > 0 ? writeUpdates(out, at) : at
    end = writeLiteral(out, end, 'plain', pathIndex, request.path)
    end = writeConstant(constant, out, end)
    const { headers } = request
    for (const name in headers) {
      const field = fieldOf(name) as Field
      end = writeLiteral(out, end, 'plain', field.nameIndex || field.name, headers[name] as string)
    }
    return end
  }

  function writeUpdates(out: Buffer, at: number): number {
    let end = at
    for (const bytes of updates) end = sizeUpdate(out, end, bytes)
    updates = []
    return end
  }

  function writeConstant(block: ConstantBlock, out: Buffer, at: number): number {
    const { bytes } = block
    if (bytes !== undefined && block.tableState === tableState) {
      out.set(bytes, at)
      return at + bytes.length
    }
    const before = tableState
    let end = at
    for (const field of block.fields) end = writeConstantField(field, out, end)
    // What enters the table is said only once.
    if (tableState === before) {
      block.bytes = Buffer.from(out.subarray(at, end))
      block.tableState = tableState
    }
    return end
  }

  function writeConstantField(
    { name, nameIndex, value, isIndexed }: ConstantField,
    out: Buffer,
    at: number,
  ): number {
    if (!isIndexed) return writeLiteral(out, at, 'plain', nameIndex || name, value)
    const known = staticIndexOf(name, value) || table.indexOf(name, value)
    if (known > 0) return writeIndexed(out, at, known)
    // One that takes half the table would push out most of the others.
    const isLarge = name.length + value.length + entryOverheadBytes > tableBytes / 2
    if (isLarge) return writeLiteral(out, at, 'plain', nameIndex || name, value)
    table.add(name, value)
    tableState++
    return writeLiteral(out, at, 'incremental', nameIndex || name, value)
  }

  /** The peer forgets what no longer fits, so a smaller table is begun anew. */
  function setMaxTableSize(allowedBytes: number): void {
    const bytes = Math.min(allowedBytes, defaultTableBytes)
    if (bytes === tableBytes) return
    const smallest = Math.min(bytes, ...updates)
    updates = smallest === bytes ? [bytes] : [smallest, bytes]
    table.resize(bytes)
    tableBytes = bytes
    tableState++
  }

  return { measure, write, setMaxTableSize }
}

/** A request's own header goes before a shared one of that name. Whoever does this gains nothing from sharing. */
function withoutOverridden(request: SendRequest): SendRequest {
  const own = new Set(Object.keys(request.headers).map((name) => name.toLowerCase()))
  const shared = Object.entries(request.shared ?? none).filter(([name]) => !own.has(name.toLowerCase()))
  return { ...request, shared: Object.fromEntries(shared) }
}

const none: Headers = {}
const pathIndex = staticIndexOf(':path')
interface Field {
  name: string
  nameIndex: number
}

const fields = new Map<string, Field | undefined>()
/** Names come from callers' code, and perhaps from their users. */
const mostFields = 1000

/** Undefined when HTTP/2 cannot carry a header of this name. */
function fieldOf(name: string): Field | undefined {
  const known = fields.get(name)
  if (known !== undefined || fields.has(name)) return known
  const lower = name.toLowerCase()
  const field = isFieldName(lower) ? { name: lower, nameIndex: staticIndexOf(lower) } : undefined
  if (fields.size < mostFields) fields.set(name, field)
  return field
}
