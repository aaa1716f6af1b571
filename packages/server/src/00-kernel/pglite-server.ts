import { setImmediate as nextTurn } from 'node:timers/promises'
import type { MessagePort } from 'node:worker_threads'
import type { PGlite } from '@electric-sql/pglite'

/** What a connection asks. `bulk` work waits while any `interactive` work is waiting. */
export interface PgliteRequest {
  id: number
  connection: number
  kind: 'query' | 'end' | 'listen'
  /** Opens a transaction with this first query of it: a journey between threads less. */
  begin?: string
  lane: 'interactive' | 'bulk'
  sql: string
  params: readonly unknown[]
}

export type PgliteReply =
  | { id: number; rows: unknown[]; affected: number }
  | { id: number; error: { message: string; code?: string; detail?: string; constraint?: string } }
  | { channel: string }

/** A transaction that asks nothing for this long is rolled back: its owner is gone or stuck. */
const idleTransactionMs = 30_000

interface Turn {
  port: MessagePort
  request: PgliteRequest
}

/**
 * Shares one PGlite between the threads of a process. A transaction has it alone from its first query to `end`; single
 * queries take turns. Threads speak over a MessagePort, so rows are parsed here and not in the thread that asks.
 */
export function serveConnections(pglite: PGlite) {
  const waiting = { interactive: [] as Turn[], bulk: [] as Turn[] }
  const ports = new Set<MessagePort>()
  let owner: { port: MessagePort; connection: number } | null = null
  let ownersTurns: Turn[] = []
  let idleTimer: NodeJS.Timeout | undefined
  let running: Promise<void> | null = null

  function connect(port: MessagePort) {
    ports.add(port)
    port.on('message', (request: PgliteRequest) => {
      const turn = { port, request }
      if (owner && owner.port === port && owner.connection === request.connection) ownersTurns.push(turn)
      else waiting[request.lane].push(turn)
      wake()
    })
    port.on('close', () => {
      ports.delete(port)
      if (owner?.port === port) rollBackAbandoned()
    })
  }

  function wake() {
    running ??= drain().finally(() => {
      running = null
      if (next(true)) wake()
    })
  }

  function next(peek = false): Turn | undefined {
    const queue = owner ? ownersTurns : waiting.interactive.length > 0 ? waiting.interactive : waiting.bulk
    return peek ? queue[0] : queue.shift()
  }

  async function drain() {
    for (let turn = next(); turn; turn = next()) {
      await run(turn)
      // PGlite works in microtasks alone; only now are the requests received that came meanwhile.
      await nextTurn()
    }
  }

  async function run({ port, request }: Turn) {
    clearTimeout(idleTimer)
    try {
      if (request.kind === 'listen') await listen(request.sql)
      if (request.begin) {
        await pglite.exec(request.begin)
        owner = { port, connection: request.connection }
      }
      const result = request.kind === 'listen' ? empty : await execute(request.sql, request.params)
      port.postMessage({ id: request.id, ...result } satisfies PgliteReply)
    } catch (error) {
      port.postMessage({ id: request.id, error: plainError(error) } satisfies PgliteReply)
    }
    if (request.kind === 'end') release()
    if (owner) idleTimer = setTimeout(rollBackAbandoned, idleTransactionMs)
  }

  async function execute(sql: string, params: readonly unknown[]) {
    if (params.length > 0) {
      const result = await pglite.query(sql, [...params])
      return { rows: result.rows, affected: result.affectedRows ?? 0 }
    }
    const results = await pglite.exec(sql)
    const last = results.at(-1)
    return { rows: last?.rows ?? [], affected: last?.affectedRows ?? 0 }
  }

  async function listen(channel: string) {
    await pglite.listen(channel, () => {
      for (const port of ports) port.postMessage({ channel } satisfies PgliteReply)
    })
  }

  function release() {
    // What the owner still had queued belongs to its next life, in order.
    waiting.interactive.unshift(...ownersTurns)
    ownersTurns = []
    owner = null
  }

  function rollBackAbandoned() {
    if (!owner) return
    ownersTurns = []
    const port = owner.port
    ownersTurns.push({
      port,
      request: {
        id: -1,
        connection: owner.connection,
        kind: 'end',
        lane: 'interactive',
        sql: 'rollback',
        params: [],
      },
    })
    wake()
  }

  async function close() {
    await running
    for (const port of ports) port.close()
  }

  return { connect, close }
}

const empty = { rows: [] as unknown[], affected: 0 }

function plainError(error: unknown) {
  const { message, code, detail, constraint } = error as Error & {
    code?: string
    detail?: string
    constraint?: string
  }
  return { message, code, detail, constraint }
}
