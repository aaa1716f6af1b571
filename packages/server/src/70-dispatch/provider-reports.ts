import type { Platform } from '@carillon/contract'
import { sql } from 'kysely'
import type { Db, Tx } from '../00-kernel/index.ts'
import type { ProviderReport } from '../11-channels/index.ts'

export interface ReportRow {
  id: number
  app_id: string
  workspace_id: string
  platform: Platform
  kind: ProviderReport['kind']
  data: Record<string, unknown>
  at: Date
}

export interface ReportKeeper {
  /** Resolves once the report is stored for good. */
  keep(report: ProviderReport & { appId: string; platform: Platform }): Promise<void>
}

interface Waiting {
  row: { app_id: string; platform: Platform; kind: string; data: ProviderReport['data'] }
  resolve: () => void
  reject: (error: unknown) => void
}

/** Stores what lanes are told. What comes while a statement is under way goes into the next one together. */
export function createReportKeeper(db: Db, now: () => Date): ReportKeeper {
  let waiting: Waiting[] = []
  let writing = false

  async function write(): Promise<void> {
    writing = true
    while (waiting.length > 0) {
      const some = waiting
      waiting = []
      try {
        await insertReports(
          db,
          some.map(({ row }) => row),
          now(),
        )
        for (const { resolve } of some) resolve()
      } catch (error) {
        for (const { reject } of some) reject(error)
      }
    }
    writing = false
  }

  return {
    keep: ({ appId, platform, kind, data }) =>
      new Promise((resolve, reject) => {
        waiting.push({ row: { app_id: appId, platform, kind, data }, resolve, reject })
        if (!writing) void write()
      }),
  }
}

export type NewReport = Waiting['row']

/** As one whom a provider calls instead stores what he is told. */
export async function insertReports(db: Db | Tx, rows: readonly NewReport[], at: Date): Promise<void> {
  await sql`
    with inserted as (
      insert into provider_reports (app_id, platform, kind, data, at, due_at)
      select r.app_id, r.platform, r.kind, r.data, ${at}::timestamptz, ${at}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (app_id uuid, platform text, kind text, data jsonb)
      -- The app may have been deleted since its lane was opened.
      where exists (select from apps a where a.id = r.app_id)
    )
    select pg_notify('provider_reports', '')`.execute(db)
}

/** The next reports that are due, held against others who look for some. */
export async function takeReports(
  tx: Tx,
  { platform, now, limit }: { platform: Platform; now: Date; limit: number },
): Promise<ReportRow[]> {
  const { rows } = await sql<ReportRow>`
    select r.id, r.app_id, a.workspace_id, r.platform, r.kind, r.data, r.at
    from provider_reports r join apps a on a.id = r.app_id
    where r.platform = ${platform} and r.due_at <= ${now}
    order by r.due_at, r.id limit ${limit} for update of r skip locked`.execute(tx)
  return rows
}

export async function dropReports(tx: Tx, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await sql`delete from provider_reports where id = any(${ids}::bigint[])`.execute(tx)
}

/** Looks at them again when as much time again has passed as since they came. */
export async function postponeReports(tx: Tx, ids: readonly number[], now: Date): Promise<void> {
  if (ids.length === 0) return
  await sql`
    update provider_reports set due_at = ${now}::timestamptz + greatest(${now}::timestamptz - at, interval '1 second')
    where id = any(${ids}::bigint[])`.execute(tx)
}

/** When the next report is due, for whoever has nothing to do. */
export async function nextReportAt(db: Db, platform: Platform): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(due_at) as at from provider_reports where platform = ${platform}`.execute(db)
  return rows[0]?.at ?? null
}
