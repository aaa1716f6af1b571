/** What fits into a request after JSON has escaped its quotes and line ends. */
export const maxFileBytes = 24 * 1024 * 1024

/** By its name, and where that says nothing by its first character: NDJSON starts with an object. */
export function formatOf(name: string, data: string): 'csv' | 'ndjson' {
  if (/\.(ndjson|jsonl)$/i.test(name)) return 'ndjson'
  if (/\.(csv|tsv)$/i.test(name)) return 'csv'
  return data.trimStart().startsWith('{') ? 'ndjson' : 'csv'
}

/** A row that was not imported; `row` counts from 1, without a header. */
export interface RowError {
  row: number
  detail: string
  pointer?: string
}

/** What a finished import says of itself. */
export interface ImportResult {
  created: number
  updated: number
  failed: number
  /** The first ones; `failed` counts all. */
  errors: RowError[]
}

/** The result of a job is of its kind's own making, and null until it has finished. */
export function importResult(result: Readonly<Record<string, unknown>> | null): ImportResult | null {
  if (!result || !Array.isArray(result.errors)) return null
  const { created, updated, failed, errors } = result
  return {
    created: Number(created),
    updated: Number(updated),
    failed: Number(failed),
    errors: errors.map(rowError),
  }
}

function rowError(error: Record<string, unknown>): RowError {
  const { row, detail, pointer } = error
  return { row: Number(row), detail: String(detail), ...(typeof pointer === 'string' ? { pointer } : {}) }
}
