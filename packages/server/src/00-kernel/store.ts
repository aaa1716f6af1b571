import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import { lockDataDir } from './data-dir-lock.ts'
import { migrate } from './migrate.ts'
import { pgliteClient, pgliteDialect } from './pglite-dialect.ts'
import type { Tables } from './tables.ts'

export type Db = Kysely<Tables>
export type Tx = Transaction<Tables>

/** The database, embedded or PostgreSQL, behind one SQL dialect. */
export interface Store extends AsyncDisposable {
  kind: 'embedded' | 'postgres'
  /** For people and API calls: goes before `bulk` in the embedded database. */
  db: Db
  /** For dispatch, freezing and jobs. */
  bulk: Db
  /** Rings after `select pg_notify(channel, '')` committed; a hint, never the truth. Channels are words of ours. */
  listen(channel: string, ring: () => void): Promise<void>
  /** A handle that another thread turns into a Store with `joinStore`. */
  share(): StoreHandle
}

export type StoreHandle = { kind: 'embedded'; port: MessagePort } | { kind: 'postgres'; url: string }

/**
 * For every thread of ours, as `--max-semi-space-size` in package.json for the first: V8 would let its nursery grow to
 * 200 MB in each, and gain nothing by it.
 */
export const threadLimits = { maxYoungGenerationSizeMb: 24 }

export interface StoreOptions {
  /** Null keeps the embedded database in memory. */
  dataDir: string | null
  databaseUrl: string | null
}

/** Opens the database, locks its directory when embedded, and brings the schema up to date. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const store = options.databaseUrl
    ? await openPostgres(options.databaseUrl)
    : await openEmbedded(options.dataDir)
  try {
    await migrate(store.db)
    return store
  } catch (error) {
    await store[Symbol.asyncDispose]()
    throw error
  }
}

/** The same database from another thread; no migration, no lock. */
export async function joinStore(handle: StoreHandle): Promise<Store> {
  if (handle.kind === 'postgres') return openPostgres(handle.url)
  return embeddedStore(handle.port, {
    share: () => {
      throw new Error('Only the thread that opened the embedded database shares it.')
    },
    close: async () => handle.port.close(),
  })
}

async function openEmbedded(dataDir: string | null): Promise<Store> {
  if (dataDir) await mkdir(dataDir, { recursive: true })
  const lock = dataDir ? await lockDataDir(dataDir) : null
  const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), {
    workerData: { dataDir: dataDir ? join(dataDir, 'pg') : null },
    resourceLimits: threadLimits,
  })
  const failed = once(worker, 'error').then(([error]) => Promise.reject(error))
  failed.catch(() => {})
  await Promise.race([once(worker, 'message'), failed])
  const share = (): StoreHandle => {
    const { port1, port2 } = new MessageChannel()
    worker.postMessage({ connect: port1 }, [port1])
    return { kind: 'embedded', port: port2 }
  }
  const own = share()
  if (own.kind !== 'embedded') throw new Error('unreachable')
  return embeddedStore(own.port, {
    share,
    close: async () => {
      const closed = once(worker, 'message')
      worker.postMessage({ close: true })
      await closed
      await worker.terminate()
      await lock?.release()
    },
  })
}

function embeddedStore(
  port: MessagePort,
  owner: { share: () => StoreHandle; close: () => Promise<void> },
): Store {
  const client = pgliteClient(port)
  const bells = new Map<string, (() => void)[]>()
  client.onNotification((channel) => {
    for (const ring of bells.get(channel) ?? []) ring()
  })
  return {
    kind: 'embedded',
    db: new Kysely({ dialect: pgliteDialect(client, 'interactive') }),
    bulk: new Kysely({ dialect: pgliteDialect(client, 'bulk') }),
    listen: async (channel, ring) => {
      bells.set(channel, [...(bells.get(channel) ?? []), ring])
      await client.ask({ connection: 0, kind: 'listen', lane: 'interactive', sql: channel, params: [] })
    },
    share: owner.share,
    [Symbol.asyncDispose]: owner.close,
  }
}

async function openPostgres(url: string): Promise<Store> {
  const types = new pg.TypeOverrides()
  types.setTypeParser(pg.types.builtins.INT8, Number)
  types.setTypeParser(pg.types.builtins.NUMERIC, Number)
  const pool = (max: number) =>
    new pg.Pool({
      connectionString: url,
      max,
      types,
      statement_timeout: 60_000,
      idle_in_transaction_session_timeout: 60_000,
    })
  const pools = { db: pool(10), bulk: pool(6) }
  for (const each of Object.values(pools)) each.on('error', () => {})
  const listener = postgresListener(url)
  return {
    kind: 'postgres',
    db: new Kysely({ dialect: new PostgresDialect({ pool: pools.db }) }),
    bulk: new Kysely({ dialect: new PostgresDialect({ pool: pools.bulk }) }),
    listen: listener.listen,
    share: () => ({ kind: 'postgres', url }),
    [Symbol.asyncDispose]: async () => {
      await listener.close()
      await Promise.all([pools.db.end(), pools.bulk.end()])
    },
  }
}

/** LISTEN needs a connection of its own. After a break it comes back and rings for all that was missed meanwhile. */
function postgresListener(url: string) {
  const bells = new Map<string, (() => void)[]>()
  let client: pg.Client | null = null
  let connecting: Promise<void> | null = null
  let closed = false

  async function connect() {
    const fresh = new pg.Client({ connectionString: url })
    fresh.on('notification', ({ channel }) => {
      for (const ring of bells.get(channel) ?? []) ring()
    })
    fresh.on('error', () => {})
    fresh.on('end', () => {
      client = null
      if (!closed) setTimeout(() => connect().then(ringAll, () => {}), 1_000).unref()
    })
    await fresh.connect()
    for (const channel of bells.keys()) await fresh.query(`listen ${channel}`)
    client = fresh
  }

  function ringAll() {
    for (const ring of [...bells.values()].flat()) ring()
  }

  return {
    listen: async (channel: string, ring: () => void) => {
      bells.set(channel, [...(bells.get(channel) ?? []), ring])
      if (client) return void (await client.query(`listen ${channel}`))
      // Several listen before there is a connection: one is made.
      connecting ??= connect().finally(() => {
        connecting = null
      })
      await connecting
    },
    close: async () => {
      closed = true
      await client?.end()
    },
  }
}

/** A short, stable number for `pg_advisory_xact_lock`: serialises what no unique index can. */
export function lockNumber(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest().readBigInt64BE().toString()
}
