import { readFile } from 'node:fs/promises'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import type { FastifyInstance } from 'fastify'

const source = createRequire(import.meta.url).resolve('@carillon/sdk-web/service-worker')

/** The service worker at `/sw.js`, for the console and for sites whose own worker imports it. */
export async function serveServiceWorker(app: FastifyInstance): Promise<void> {
  // A function around it, so that its names are not those of a worker that imports it.
  const script = `(() => {'use strict';${blankTypes(await readFile(source, 'utf8'))}})()\n`
  app.get('/sw.js', (_request, reply) =>
    reply
      .type('text/javascript; charset=utf-8')
      .headers({ 'service-worker-allowed': '/', 'cache-control': 'no-cache' })
      .send(script),
  )
}

/** Node warns that this function is experimental, to whoever starts the server, at every start. */
function blankTypes(typescript: string): string {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(typescript)
  } finally {
    process.emitWarning = emitWarning
  }
}
