import type { EventInvocation } from '@carillon/contract'
import { type Db, decodeCursor, type Page, pageOf } from '../../00-kernel/index.ts'
import { type MessageRow, readCounts, selectMessages, statusOf } from '../messages/index.ts'

/** Newest first, with live counts. */
export async function readInvocations(
  db: Db,
  definitionId: string,
  { cursor, limit, now }: { cursor?: string; limit: number; now: Date },
): Promise<Page<EventInvocation>> {
  const [before] = decodeCursor(cursor, ['uuid']) ?? []
  let query = selectMessages(db, now)
    .innerJoin('event_invocations as i', 'i.message_id', 'm.id')
    .select('i.version')
    .where('i.event_definition_id', '=', definitionId)
    .orderBy('i.message_id', 'desc')
    .limit(limit + 1)
  if (before) query = query.where('i.message_id', '<', String(before))
  const rows = (await query.execute()) as (MessageRow & { version: number })[]
  const counts = await readCounts(db, rows)
  const view = (row: MessageRow & { version: number }): EventInvocation => {
    const found = counts.get(row.seq)
    if (!found) throw new Error(`No counts for message ${row.id}.`)
    return {
      message_id: row.id,
      channel: row.channel,
      version: row.version,
      status: statusOf(row, found.counts, now),
      variables: row.variables as EventInvocation['variables'],
      metadata: row.metadata,
      dry_run: row.dry_run,
      counts: found.counts,
      created_at: row.created_at.toISOString(),
    }
  }
  return pageOf(rows, limit, view, (row) => [row.id])
}
