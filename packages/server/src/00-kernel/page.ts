import { isUuid } from './ids.ts'
import { Problem } from './problem.ts'

export interface Page<T> {
  data: T[]
  page: { next_cursor: string | null; has_more: boolean; limit: number }
}

/** Makes a page of rows that were asked for with `limit + 1`; `keyOf` gives what the next page starts after. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  map: (row: R) => T,
  keyOf: (row: R) => readonly (string | number)[],
): Page<T> {
  const shown = rows.slice(0, limit)
  const hasMore = rows.length > limit
  const last = shown.at(-1)
  return {
    data: shown.map(map),
    page: {
      next_cursor: hasMore && last !== undefined ? encodeCursor(keyOf(last)) : null,
      has_more: hasMore,
      limit,
    },
  }
}

export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** The key in a cursor, checked against the types that the query needs; null without a cursor. */
export function decodeCursor(
  cursor: string | undefined,
  shape: readonly ('uuid' | 'int' | 'text')[],
): (string | number)[] | null {
  if (cursor === undefined) return null
  const key = parse(cursor)
  const fits =
    Array.isArray(key) && key.length === shape.length && shape.every((kind, i) => isOf[kind](key[i]))
  if (!fits) throw new Problem('invalid_cursor')
  return key
}

const isOf = {
  uuid: (value: unknown) => typeof value === 'string' && isUuid(value),
  /** What a column of type int can be compared with. */
  int: (value: unknown) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31,
  text: (value: unknown) => typeof value === 'string' && value.length <= 300 && !value.includes('\0'),
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return null
  }
}
