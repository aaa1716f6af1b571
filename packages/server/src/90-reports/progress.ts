import { type Db, Problem } from '../00-kernel/index.ts'
import { findMessage } from '../50-schedule/index.ts'
import { messageViews } from './message-view.ts'

const everyMs = 500
const ended = new Set(['finished', 'cancelled', 'expired'])

/** The message each time it changes, as JSON, until it has ended or the viewer leaves. Interactions come later: they end nothing. */
export async function* watchMessage(
  db: Db,
  { workspaceId, id, signal }: { workspaceId: string; id: string; signal: AbortSignal },
): AsyncIterable<string> {
  let last = ''
  while (!signal.aborted) {
    const now = new Date()
    const row = await findMessage(db, workspaceId, id, now)
    if (!row) throw new Problem('not_found', { detail: 'There is no message with this id.' })
    const [view] = await messageViews(db, [row], now)
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
