import { type Selectable, sql } from 'kysely'
import { type Db, newId, type Tables, type Tx } from '../../00-kernel/index.ts'

type JobRow = Selectable<Tables['jobs']>
/** A job without its input, which may be megabytes. */
export type JobHead = Omit<JobRow, 'input'>

const head = [
  'id',
  'workspace_id',
  'kind',
  'status',
  'position',
  'done',
  'total',
  'errors',
  'result',
  'lease_until',
  'created_at',
  'finished_at',
] as const

export async function insertJob(
  tx: Tx,
  workspaceId: string,
  { kind, input }: { kind: string; input: Record<string, unknown> },
): Promise<JobHead> {
  const row = await tx
    .insertInto('jobs')
    .values({
      id: newId(),
      workspace_id: workspaceId,
      kind,
      input: JSON.stringify(input),
      position: '{}',
      result: null,
      lease_until: null,
      finished_at: null,
    })
    .returning(head)
    .executeTakeFirstOrThrow()
  await sql`select pg_notify('jobs', '')`.execute(tx)
  return row
}

export async function findJob(db: Db | Tx, workspaceId: string, id: string): Promise<JobHead | undefined> {
  return db
    .selectFrom('jobs')
    .select(head)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function readJobInput(db: Db | Tx, id: string): Promise<Record<string, unknown>> {
  const row = await db.selectFrom('jobs').select('input').where('id', '=', id).executeTakeFirstOrThrow()
  return row.input
}

/** Takes the oldest job that nobody works on. The new `lease_until` is the proof of it: whoever has another lost. */
export async function claimJob(
  db: Db,
  { kinds, now, leaseUntil }: { kinds: readonly string[]; now: Date; leaseUntil: Date },
): Promise<JobHead | undefined> {
  return db
    .updateTable('jobs')
    .set({ lease_until: leaseUntil })
    .where('id', '=', (eb) =>
      eb
        .selectFrom('jobs')
        .select('id')
        .where('status', '=', 'running')
        .where('kind', '=', sql<string>`any(${kinds}::text[])`)
        .where((free) => free.or([free('lease_until', 'is', null), free('lease_until', '<', now)]))
        .orderBy('created_at')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returning(head)
    .executeTakeFirst()
}

/** Changes a job if the lease is still ours; false when it is not. */
export async function updateLeased(
  tx: Tx | Db,
  { id, leaseUntil }: { id: string; leaseUntil: Date },
  change: JobChange,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('jobs')
    .set(change)
    .where('id', '=', id)
    .where('status', '=', 'running')
    .where('lease_until', '=', leaseUntil)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export interface JobChange {
  lease_until?: Date | null
  position?: string
  done?: number
  total?: number
  errors?: number
  status?: 'finished' | 'failed'
  result?: string
  finished_at?: Date
  /** Written at the end: what was to be imported is people's data and is not kept twice. */
  input?: string
}

export async function releaseJobLeases(db: Db): Promise<void> {
  await db.updateTable('jobs').set({ lease_until: null }).where('status', '=', 'running').execute()
}
