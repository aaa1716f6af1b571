import type { EventType } from '@carillon/contract'
import { type Selectable, sql } from 'kysely'
import { type Db, Problem, type Tables, type Tx } from '../../00-kernel/index.ts'

export type EventRow = Selectable<Tables['events']>

/** The last position given. Everything up to it can be read. */
export async function readHead(db: Db | Tx): Promise<number> {
  const { last_position } = await db
    .selectFrom('event_sequencer')
    .select('last_position')
    .executeTakeFirstOrThrow()
  return last_position
}

export interface EventSpan {
  after: number
  upTo: number
  /** Null: all. */
  types: readonly EventType[] | null
  limit: number
}

export async function readEvents(
  db: Db | Tx,
  workspaceId: string,
  { after, upTo, types, limit }: EventSpan,
): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    select * from events
    where workspace_id = ${workspaceId} and position > ${after} and position <= ${upTo}
      and (${types as string[] | null}::text[] is null or type = any(${types as string[] | null}::text[]))
    order by position limit ${limit}`.execute(db)
  return rows
}

/** The position that a reader starts after. Throws for an offset that is none of ours or has lost events since. */
export async function startOf(db: Db, workspaceId: string, offset: string): Promise<number> {
  const purgedTo = await readPurgedTo(db, workspaceId)
  if (offset === 'earliest') return purgedTo
  const head = await readHead(db)
  if (offset === 'latest') return head
  const position = positionOf(offset)
  // Larger than the last one: given out by a database that was since restored from an older backup.
  if (position === null || position > head) throw new Problem('invalid_cursor')
  if (position < purgedTo) throw new Problem('offset_expired')
  return position
}

async function readPurgedTo(db: Db, workspaceId: string): Promise<number> {
  const row = await db
    .selectFrom('event_purges')
    .select('position')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
  return row?.position ?? 0
}

/** Opaque to callers; ours to change. */
export function offsetOf(position: number): string {
  return Buffer.from(`v1:${position}`).toString('base64url')
}

function positionOf(offset: string): number | null {
  const [, digits] = /^v1:(\d{1,15})$/.exec(Buffer.from(offset, 'base64url').toString()) ?? []
  return digits === undefined ? null : Number(digits)
}

export function eventIdOf(position: number): string {
  return `evt_${position}`
}

/** Of an id that the contract let through. */
export function positionOfEventId(id: string): number {
  return Number(id.slice('evt_'.length))
}
