import type { MessagePort } from 'node:worker_threads'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import type { PgliteReply, PgliteRequest } from './pglite-server.ts'

export interface PgliteClient {
  ask(request: Omit<PgliteRequest, 'id'>): Promise<{ rows: unknown[]; affected: number }>
  onNotification(handler: (channel: string) => void): void
  close(): void
}

/** One thread's end of the line to the thread that owns PGlite. */
export function pgliteClient(port: MessagePort): PgliteClient {
  const waiting = new Map<
    number,
    { resolve: (value: { rows: unknown[]; affected: number }) => void; reject: (error: Error) => void }
  >()
  const handlers: ((channel: string) => void)[] = []
  let lastId = 0
  port.on('message', (reply: PgliteReply) => {
    if ('channel' in reply) {
      for (const handler of handlers) handler(reply.channel)
      return
    }
    const asked = waiting.get(reply.id)
    waiting.delete(reply.id)
    if (waiting.size === 0) port.unref()
    if ('error' in reply) asked?.reject(Object.assign(new Error(reply.error.message), reply.error))
    else asked?.resolve(reply)
  })
  port.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('The embedded database was closed.'))
    waiting.clear()
  })
  port.unref()
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        lastId += 1
        waiting.set(lastId, { resolve, reject })
        port.ref()
        port.postMessage({ ...request, id: lastId } satisfies PgliteRequest)
      }),
    onNotification: (handler) => handlers.push(handler),
    close: () => port.close(),
  }
}

/** Kysely over PGlite in another thread. */
export function pgliteDialect(client: PgliteClient, lane: 'interactive' | 'bulk'): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => pgliteDriver(client, lane),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

let lastConnection = 0

function pgliteDriver(client: PgliteClient, lane: 'interactive' | 'bulk'): Driver {
  const end = (connection: DatabaseConnection, sql: string) => (connection as PgliteConnection).end(sql)
  return {
    init: async () => {},
    acquireConnection: async () => pgliteConnection(client, lane),
    beginTransaction: async (connection, { isolationLevel, accessMode }) => {
      const sql = ['begin', isolationLevel && `isolation level ${isolationLevel}`, accessMode]
        .filter(Boolean)
        .join(' ')
      ;(connection as PgliteConnection).beginWithNext(sql)
    },
    commitTransaction: (connection) => end(connection, 'commit'),
    rollbackTransaction: (connection) => end(connection, 'rollback'),
    releaseConnection: async () => {},
    destroy: async () => {},
  }
}

interface PgliteConnection extends DatabaseConnection {
  /** Opens a transaction with the next query, and none if there is no query. */
  beginWithNext(sql: string): void
  end(sql: string): Promise<void>
}

function pgliteConnection(client: PgliteClient, lane: 'interactive' | 'bulk'): PgliteConnection {
  lastConnection += 1
  const connection = lastConnection
  let begin: string | undefined
  return {
    beginWithNext: (sql) => {
      begin = sql
    },
    end: async (sql) => {
      if (!begin) await client.ask({ connection, kind: 'end', lane, sql, params: [] })
      begin = undefined
    },
    executeQuery: async <R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> => {
      const request = { connection, kind: 'query', lane, sql, params: [...parameters], begin } as const
      begin = undefined
      const { rows, affected } = await client.ask(request)
      return { rows: rows as R[], numAffectedRows: BigInt(affected) }
    },
    // biome-ignore lint/correctness/useYield: PGlite has no cursors; nothing in the product streams a query.
    streamQuery: async function* () {
      throw new Error('The embedded database cannot stream a query.')
    },
  }
}
