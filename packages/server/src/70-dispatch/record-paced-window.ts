import type { Db } from '../00-kernel/index.ts'
import type { BatchRow } from '../50-schedule/index.ts'
import { openTurn, type Pace, takeTurn, waitForTurn } from './pace.ts'
import { writeWindow } from './record-window.ts'
import type { WindowResult } from './window.ts'
import type { Checkpoint, Step } from './write-checkpoint.ts'

/** Records a window of a paced message and opens the next as far as the pace allows. */
export async function recordPacedWindow(
  db: Db,
  pace: Pace,
  batch: BatchRow,
  { result, to }: { result: WindowResult; to: Checkpoint },
): Promise<Step> {
  return db.transaction().execute(async (tx) => {
    const { now } = to
    const { most, again } = await takeTurn(tx, pace, batch, { handed: result.handed, now })
    const step = await writeWindow(tx, batch, result, { ...to, most })
    if (step.inFlight > 0) await openTurn(tx, pace, batch, { n: step.inFlight, now })
    else if (again && !step.isLost) await waitForTurn(tx, batch, again)
    return step
  })
}
