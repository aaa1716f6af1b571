import type { Interaction } from '@carillon/contract'
import { sql } from 'kysely'
import type { Caller, DeliveryIds, Tx } from '../00-kernel/index.ts'
import { recordOpens } from '../30-audience/index.ts'

export interface Recorded {
  recorded: number
  duplicate: number
  unknown: number
}

/** Records what devices report. A publishable key reports for its own app's messages alone; the rest is unknown. */
export async function recordInteractions(
  tx: Tx,
  {
    caller,
    deliveryIds,
    reports,
    now,
  }: { caller: Caller; deliveryIds: DeliveryIds; reports: readonly Interaction[]; now: Date },
): Promise<Recorded> {
  const known = reports.flatMap((report) => {
    const address = deliveryIds.parse(report.delivery_id)
    return address ? [{ ...report, ...address }] : []
  })
  const allowed = await messagesOf(tx, caller, [...new Set(known.map((report) => report.messageSeq))])
  const rows = known
    .filter((report) => allowed.has(report.messageSeq))
    .map((report) => ({
      message_seq: report.messageSeq,
      ordinal: report.ordinal,
      type: report.type,
      // Only an action is told apart by its button; anything else happens once.
      action_id: report.type === 'action' ? (report.action_id ?? '') : '',
      url: report.url ?? null,
      at: clamp(report.at, now),
    }))
  if (rows.length === 0) return { recorded: 0, duplicate: 0, unknown: reports.length }
  const inserted = await tx
    .insertInto('interactions')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .returning(['message_seq', 'ordinal', 'type', 'action_id', 'at'])
    .execute()
  await addCounts(tx, inserted)
  const opens = inserted.flatMap(({ message_seq, ordinal, type, at }) =>
    type === 'opened' ? [{ messageSeq: message_seq, ordinal, at }] : [],
  )
  await recordOpens(tx, caller.workspaceId, opens, now)
  return {
    recorded: inserted.length,
    duplicate: rows.length - inserted.length,
    unknown: reports.length - rows.length,
  }
}

async function messagesOf(tx: Tx, caller: Caller, seqs: readonly number[]): Promise<Set<number>> {
  const { rows } = await sql<{ seq: number }>`
    select seq from messages where workspace_id = ${caller.workspaceId} and seq = any(${seqs}::bigint[])
      and (${caller.appId}::uuid is null or app_id = ${caller.appId}::uuid)`.execute(tx)
  return new Set(rows.map(({ seq }) => seq))
}

/** Adds what was newly recorded to the sums. */
export async function addCounts(
  tx: Tx,
  inserted: readonly { message_seq: number; type: string }[],
): Promise<void> {
  const groups = Map.groupBy(inserted, ({ message_seq, type }) => `${message_seq}:${type}`)
  // In one order for all, so that two reports never wait for each other in a circle.
  for (const key of [...groups.keys()].sort()) {
    const [first] = groups.get(key) ?? []
    if (!first) continue
    await sql`
      insert into interaction_counts (message_seq, type, n) values (${first.message_seq}, ${first.type}, ${groups.get(key)?.length ?? 0})
      on conflict (message_seq, type) do update set n = interaction_counts.n + excluded.n`.execute(tx)
  }
}

/** A device's clock may be wrong; nothing happens in the future. */
function clamp(at: string | undefined, now: Date): Date {
  return at && Date.parse(at) < now.getTime() ? new Date(at) : now
}
