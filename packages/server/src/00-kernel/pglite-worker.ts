import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { serveConnections } from './pglite-server.ts'

/** The thread that owns the embedded database: PGlite runs one query at a time and blocks while it does. */
const pglite = await PGlite.create({
  dataDir: workerData.dataDir ?? undefined,
  parsers: { 20: Number, 1700: Number },
})
const server = serveConnections(pglite)
parentPort?.on('message', async (message: { connect?: MessagePort; close?: true }) => {
  if (message.connect) server.connect(message.connect as never)
  if (message.close) {
    await server.close()
    await pglite.close()
    parentPort?.postMessage('closed')
    parentPort?.close()
  }
})
parentPort?.postMessage('open')
