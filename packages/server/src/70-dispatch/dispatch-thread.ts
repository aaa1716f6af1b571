import { parentPort, workerData } from 'node:worker_threads'
import { joinAndDispatch } from './start-dispatcher.ts'

/** A thread that sends: its CPU is not the API's. Any message from the parent means stop. */
const stop = new AbortController()
parentPort?.once('message', () => stop.abort())
await joinAndDispatch(workerData.handle, workerData.settings, stop.signal)
parentPort?.postMessage('stopped')
parentPort?.close()
