import { type Db, Problem } from '../00-kernel/index.ts'
import { findMessage } from '../50-schedule/index.ts'
import { messageViews } from './message-view.ts'

const everyMs = 500
const ended = new Set(['finished', 'cancelled', 'expired'])

/** The message each time it changes, as JSON, until it has ended or the viewer leaves. Interactions come later: they end nothing. */
export async function* watchMessage(
  db: Db,
  { workspaceId, id, now, signal }: { workspaceId: string; id: string; now: () => Date; signal: AbortSignal },
): AsyncIterable<string> {
  let last = ''
  while (!signal.aborted) {
    const at = now()
    const row = await findMessage(db, workspaceId, id, at)
    if (!row) throw new Problem('not_found', { detail: 'There is no message with this id.' })
    const [view] = await messageViews(db, [row], at)
    const text = JSON.stringify(view)
    if (text !== last) yield text
    last = text
    if (view && ended.has(view.status) && view.counts.pending === 0) return
    await pause(signal)
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, everyMs)
    signal.addEventListener('abort', end)
  })
}
