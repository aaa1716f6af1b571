import { type Db, Problem, type Store, type Tx } from '../../00-kernel/index.ts'
import { readCounts } from './counts.ts'
import { findMessage, type MessageRow, statusOf } from './message-row.ts'
import { announceChange, isHeldByCampaign } from './runs.ts'
import { shiftSpread } from './timing/shift-spread.ts'

type Change = 'cancel' | 'pause' | 'resume'

/** Requests on the wire end within the provider timeout; past this the answer says how many still have not. */
export const longestWaitMs = 20_000

/**
 * Cancels, pauses or resumes. Cancel and pause answer once nothing more is handed to a provider: a window that
 * was open when the change committed is waited for, and no later one opens. Repeating a change is harmless.
 */
export async function changeMessage(
  store: Store,
  target: { workspaceId: string; id: string; audit: (tx: Tx) => Promise<void> },
  change: Change,
  now: () => Date,
) {
  await store.db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('messages')
      .select(['id', 'seq', 'cancelled_at', 'paused_at', 'campaign_id'])
      .where('workspace_id', '=', target.workspaceId)
      .where('id', '=', target.id)
      .forUpdate()
      .executeTakeFirst()
    if (!row) throw new Problem('not_found', { detail: 'There is no message with this id.' })
    if (change === 'cancel' && row.cancelled_at) return
    const current = (await findMessage(tx, target.workspaceId, target.id, now())) as MessageRow
    const status = statusOf(current, (await countsOf(tx, current)).counts, now())
    if (['finished', 'expired', 'cancelled'].includes(status)) {
      throw new Problem('conflict', {
        detail: `The message is ${status}; there is nothing left to ${change}.`,
      })
    }
    if (change === 'resume' && (await isHeldByCampaign(tx, row)))
      throw new Problem('conflict', { detail: 'Its campaign is paused; resume the campaign.' })
    if (change === 'resume' && row.paused_at)
      await shiftSpread(tx, [row.seq], { pausedAt: row.paused_at, now: now() })
    await tx.updateTable('messages').set(columns[change](now())).where('id', '=', row.id).execute()
    await target.audit(tx)
    await announceChange(tx)
  })
  return waitUntilQuiet(store.db, target, change, now)
}

const columns = {
  cancel: (at: Date) => ({ cancelled_at: at }),
  pause: (at: Date) => ({ paused_at: at }),
  resume: () => ({ paused_at: null }),
} as const

async function waitUntilQuiet(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
  change: Change,
  now: () => Date,
) {
  const deadline = Date.now() + longestWaitMs
  for (;;) {
    const row = (await findMessage(db, workspaceId, id, now())) as MessageRow
    if (change === 'resume' || row.in_flight === 0 || Date.now() > deadline) {
      const { counts } = await countsOf(db, row)
      return { id, status: statusOf(row, counts, now()), counts, in_flight: row.in_flight }
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

async function countsOf(db: Db | Tx, row: MessageRow) {
  const counts = (await readCounts(db, [row])).get(row.seq)
  if (!counts) throw new Error(`No counts for message ${row.id}.`)
  return counts
}
