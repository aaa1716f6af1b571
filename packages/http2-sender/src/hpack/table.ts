import { staticTableSize } from './static-table.ts'

/** RFC 7541, section 4.1: what an entry counts for beyond its text. */
export const entryOverheadBytes = 32

/** What a peer remembers of the headers that we sent it. */
export interface EncoderTable {
  /** To be called for each header written with `incremental`, in the order in which they are written. */
  add(name: string, value: string): void
  /** The index, counted from behind the static table, of a header or of a name alone; 0 if there is none. */
  indexOf(name: string, value?: string): number
  /** To be called with each `sizeUpdate`. */
  resize(maxBytes: number): void
}

/** What we remember of the headers that a peer sent us. */
export interface DecoderTable {
  add(name: string, value: string): void
  /** 0 is the newest; undefined where there is no entry. */
  at(age: number): TableEntry | undefined
  resize(maxBytes: number): void
  readonly maxBytes: number
  readonly bytes: number
}

export interface TableEntry {
  name: string
  value: string
}

export const createEncoderTable = (maxBytes: number): EncoderTable => createTable(maxBytes)
export const createDecoderTable = (maxBytes: number): DecoderTable => createTable(maxBytes)

/** RFC 7541, section 4: the oldest entries make room for new ones. Text is one byte per character. */
function createTable(limitBytes: number): EncoderTable & DecoderTable {
  /** Oldest first. */
  const entries: TableEntry[] = []
  let maxBytes = limitBytes
  let bytes = 0

  function add(name: string, value: string): void {
    const needed = name.length + value.length + entryOverheadBytes
    evictTo(maxBytes - needed)
    // Section 4.4: one that is too large for the table empties it, and that is no error.
    if (needed > maxBytes) return
    entries.push({ name, value })
    bytes += needed
  }

  function evictTo(leftBytes: number): void {
    while (bytes > leftBytes) {
      const oldest = entries.shift()
      if (oldest === undefined) return
      bytes -= oldest.name.length + oldest.value.length + entryOverheadBytes
    }
  }

  return {
    add,
    at: (age) => entries[entries.length - 1 - age],
    indexOf(name, value) {
      const at = entries.findLastIndex(
        (entry) => entry.name === name && (value === undefined || entry.value === value),
      )
      return at < 0 ? 0 : staticTableSize + entries.length - at
    },
    resize(newMaxBytes) {
      maxBytes = newMaxBytes
      evictTo(maxBytes)
    },
    get maxBytes() {
      return maxBytes
    },
    get bytes() {
      return bytes
    },
  }
}
