import { type RawBuilder, sql } from 'kysely'
import type { Settings } from './settings/settings.ts'

const blanks = ' \t\n\r\f\v'
/** What an index entry can hold with room to spare. */
const maxBytes = 1_024

/**
 * What two sides must agree on to match: trimmed, in lower case when it looks like an email address, numbers as
 * text. Null when there is nothing to match by. Lower case is that of ASCII, so that this function and its
 * twin in SQL agree under any collation.
 */
export function normaliseKey(value: unknown): string | null {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value).toString() : String(value)
  if (typeof value !== 'string') return null
  const trimmed = trim(value)
  if (trimmed === '' || Buffer.byteLength(trimmed) > maxBytes) return null
  return trimmed.indexOf('@') > 0 ? trimmed.replace(/[A-Z]+/g, (word) => word.toLowerCase()) : trimmed
}

/** `normaliseKey` of an attribute of the user `u`, in SQL. */
export function normalisedAttribute(name: string): RawBuilder<string | null> {
  const text = sql`btrim(u.attributes ->> ${name}::text, ${blanks}::text)`
  return sql`case when jsonb_typeof(u.attributes -> ${name}::text) in ('string', 'number')
      and octet_length(${text}) between 1 and ${maxBytes}::int
    then case when position('@' in ${text}) > 1 then lower(${text} collate "C") else ${text} end end`
}

/**
 * The reconciliation value of the user `u`. It has a column with an index; while the key is being replaced the
 * column is not yet true for everybody, so the attribute itself is read, which scans.
 */
export function keyOfUser({ reconciliationKey, reconcilingJobId }: Settings): RawBuilder<string | null> {
  return reconcilingJobId ? normalisedAttribute(reconciliationKey) : sql`u.reconciliation_value`
}

function trim(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && blanks.includes(text.charAt(from))) from += 1
  while (to > from && blanks.includes(text.charAt(to - 1))) to -= 1
  return text.slice(from, to)
}
