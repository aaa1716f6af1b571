import type { Db } from '../00-kernel/index.ts'
import { type CompiledContent, compileContent } from '../40-content/index.ts'
import { type MessageRow, selectMessages } from '../50-schedule/index.ts'

/** What never changes about a message, and what takes time to make. */
export interface PreparedMessage {
  row: MessageRow
  app: { id: string; name: string }
  content: CompiledContent
}

const most = 200

/** Messages whose batches are being sent, prepared once. Only immutable columns of `row` may be relied on. */
export function createMessageCache(db: Db): (seq: number) => Promise<PreparedMessage> {
  const cache = new Map<number, Promise<PreparedMessage>>()

  async function prepare(seq: number): Promise<PreparedMessage> {
    const row = (await selectMessages(db, new Date())
      .where('m.seq', '=', seq)
      .executeTakeFirstOrThrow()) as MessageRow
    const app = await db
      .selectFrom('apps')
      .select(['id', 'name'])
      .where('id', '=', row.app_id)
      .executeTakeFirstOrThrow()
    return { row, app, content: compileContent(row.content, row.overrides) }
  }

  return (seq) => {
    const known = cache.get(seq)
    if (known) return known
    const prepared = prepare(seq)
    prepared.catch(() => cache.delete(seq))
    cache.set(seq, prepared)
    if (cache.size > most) cache.delete(cache.keys().next().value as number)
    return prepared
  }
}
