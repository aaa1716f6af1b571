import { setImmediate } from 'node:timers/promises'
import type { Tx } from '../../../00-kernel/index.ts'
import { type ItemError, itemError } from '../../check-item.ts'
import { getAttributeSchema } from '../../users/attribute-schema.ts'
import { saveUsers } from '../../users/save-users.ts'
import type { JobKind, JobProgress } from '../job-kind.ts'
import { type JobHead, readJobInput } from '../store.ts'
import { type ImportRow, readRows } from './read-rows.ts'

/** Rows in one transaction. */
const chunkRows = 500
/** Errors that are told one by one; the others are counted. */
const maxListedErrors = 100

interface Input {
  format: 'csv' | 'ndjson'
  mode: 'insert' | 'upsert'
  data: string
}

interface Tally {
  created: number
  updated: number
  failed: number
  /** `row` counts from 1, without the header. */
  listed: (ItemError & { row: number })[]
}

/** Imports people; each row is judged by itself. After a crash it goes on behind the last row that committed. */
export const importJob: JobKind = {
  open: async (db, job) => {
    const { format, mode, data } = (await readJobInput(db, job.id)) as unknown as Input
    const schema = await getAttributeSchema(db, job.workspace_id)
    const total = await skipRows(readRows(format, data, schema), Number.POSITIVE_INFINITY)
    const rows = readRows(format, data, schema)
    await skipRows(rows, job.done)
    return (tx, current, now) => importChunk(tx, current, { mode, now, total, rows: takeChunk(rows) })
  },
}

async function importChunk(
  tx: Tx,
  job: JobHead,
  { mode, now, total, rows }: { mode: Input['mode']; now: Date; total: number; rows: ImportRow[] },
): Promise<JobProgress> {
  const tally: Tally = { created: 0, updated: 0, failed: 0, listed: [], ...(job.position as Partial<Tally>) }
  const valid = rows.filter((row) => 'input' in row)
  const saved = await saveUsers(tx, job.workspace_id, {
    items: valid.map(({ input }) => input),
    mode,
    now,
  })
  const answers = saved.values()
  for (const [i, row] of rows.entries()) {
    const answer = 'problem' in row ? row : answers.next().value
    if (!answer) throw new Error('Fewer answers than rows.')
    if ('problem' in answer) {
      tally.failed += 1
      if (tally.listed.length < maxListedErrors)
        tally.listed.push({ row: job.done + i + 1, ...itemError(answer.problem) })
    } else if (answer.isNew) tally.created += 1
    else tally.updated += 1
  }
  const { listed, ...counts } = tally
  const progress = { position: { ...tally }, done: job.done + rows.length, total, errors: tally.failed }
  return rows.length < chunkRows
    ? { ...progress, position: {}, result: { ...counts, errors: listed } }
    : progress
}

/** `Iterator.take` would close the iterator behind the chunk. */
function takeChunk(rows: Iterator<ImportRow>): ImportRow[] {
  const chunk: ImportRow[] = []
  while (chunk.length < chunkRows) {
    const { done, value } = rows.next()
    if (done) break
    chunk.push(value)
  }
  return chunk
}

/** Passes over at most so many rows and says how many there were; megabytes of them must not hold up the API. */
async function skipRows(rows: Iterator<ImportRow>, atMost: number): Promise<number> {
  let n = 0
  while (n < atMost && !rows.next().done) {
    n += 1
    if (n % 2_000 === 0) await setImmediate()
  }
  return n
}
