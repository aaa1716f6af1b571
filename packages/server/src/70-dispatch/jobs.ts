import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type Log, type Store, threadLimits } from '../00-kernel/index.ts'
import { type DispatcherSettings, startDispatcher } from './start-dispatcher.ts'

/** Sends in `threads` threads, or in this one when 0, by the clock `now`; resolves when all have stopped. */
export async function runDispatch(
  store: Store,
  settings: DispatcherSettings,
  { threads, signal, log, now }: { threads: number; signal: AbortSignal; log: Log; now: () => Date },
): Promise<void> {
  if (threads === 0) return startDispatcher(store, settings, signal, now)
  await Promise.all(Array.from({ length: threads }, () => runThread(store, settings, signal, log)))
}

/** Keeps one thread alive: one that dies is replaced, its leases run out and are claimed anew. */
async function runThread(
  store: Store,
  settings: DispatcherSettings,
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  while (!signal.aborted) {
    const handle = store.share()
    const transferList = handle.kind === 'embedded' ? [handle.port] : []
    const worker = new Worker(new URL('./dispatch-thread.ts', import.meta.url), {
      workerData: { handle, settings },
      transferList,
      resourceLimits: threadLimits,
    })
    const stop = () => worker.postMessage('stop')
    signal.addEventListener('abort', stop, { once: true })
    try {
      await once(worker, 'exit')
    } catch (error) {
      log.error({ err: error }, 'a dispatch thread died; starting another')
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}
