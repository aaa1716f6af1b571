import { chooseWinner, getExperiment } from '@carillon/contract'
import { type Db, Problem, type Route, read, type Tx, write } from '../../00-kernel/index.ts'
import { findMessage, type MessageRow, readCounts, statusOf } from '../messages/index.ts'
import { decideByHand } from './decide.ts'
import { readReport } from './report.ts'

export function experimentRoutes({ now }: { now: () => Date }): Route[] {
  return [
    read(getExperiment, async ({ db, caller, params }) =>
      readReport(db, await experimentOf(db, caller.workspaceId, params.id, now())),
    ),
    write(chooseWinner, async ({ db, caller, params, body }) => {
      const found = await experimentOf(db, caller.workspaceId, params.id, now())
      await decideByHand(db, { ...found, name: body.variant, now: now() })
      return readReport(db, found)
    }),
  ]
}

async function experimentOf(db: Db | Tx, workspaceId: string, messageId: string, now: Date) {
  const row = await findMessage(db, workspaceId, messageId, now)
  if (!row) throw new Problem('not_found', { detail: 'There is no message with this id.' })
  const { experiment: plan, experiment_id: id } = row
  if (!plan || !id) throw new Problem('not_found', { detail: 'The message has no experiment.' })
  return { id, plan, isOver: await isOver(db, row, now) }
}

/** Whether nobody can come to wait for a winner any more; a campaign may always make another run. */
async function isOver(db: Db | Tx, row: MessageRow, now: Date): Promise<boolean> {
  if (row.campaign_id !== null) return false
  const counts = (await readCounts(db, [row])).get(row.seq)
  if (!counts) throw new Error(`No counts for message ${row.id}.`)
  return ['finished', 'expired', 'cancelled'].includes(statusOf(row, counts.counts, now))
}
