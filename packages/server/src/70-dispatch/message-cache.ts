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
export function createMessageCache(
  db: Db,
): (seq: number, variant: number | null) => Promise<PreparedMessage> {
  const cache = new Map<string, Promise<PreparedMessage>>()

  async function prepare(seq: number, variant: number | null): Promise<PreparedMessage> {
    const row = (await selectMessages(db, new Date())
      .where('m.seq', '=', seq)
      .executeTakeFirstOrThrow()) as MessageRow
    const app = await db
      .selectFrom('apps')
      .select(['id', 'name'])
      .where('id', '=', row.app_id)
      .executeTakeFirstOrThrow()
    const texts = row.experiment?.variants[variant ?? 0] ?? row
    const { content, overrides } = texts
    return { row: { ...row, content, overrides }, app, content: compileContent(content, overrides) }
  }

  return (seq, variant) => {
    const key = `${seq}:${variant}`
    const known = cache.get(key)
    if (known) return known
    const prepared = prepare(seq, variant)
    prepared.catch(() => cache.delete(key))
    cache.set(key, prepared)
    if (cache.size > most) cache.delete(cache.keys().next().value as string)
    return prepared
  }
}
