import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import type { Registry } from 'prom-client'
import { Problem, type Store } from '../00-kernel/index.ts'

export interface SystemDeps {
  store: Store
  metrics: Registry
  /** OpenAPI 3.1, as JSON text. */
  openApi: string
  /** The reference page, as HTML. */
  docsPage: string
  isStopping: () => boolean
}

/** What operators and machines ask: alive, ready, metrics, the API's own description. */
export function mountSystem(
  app: FastifyInstance,
  { store, metrics, openApi, docsPage, isStopping }: SystemDeps,
): void {
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async () => {
    if (isStopping())
      throw new Problem('unavailable', { detail: 'The server is stopping.', retryAfterSeconds: 5 })
    await sql`select 1`.execute(store.db)
    return { status: 'ready', database: store.kind }
  })
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  )
  app.get('/openapi.json', async (_request, reply) => reply.type('application/json').send(openApi))
  app.get('/docs', async (_request, reply) => reply.type('text/html').send(docsPage))
  app.get('/docs/errors', async (_request, reply) => reply.redirect('/docs#errors'))
}
