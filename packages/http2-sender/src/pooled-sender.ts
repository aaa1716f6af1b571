import { createConnector } from './connect.ts'
import type { Connection, ConnectionOptions, Http2, Job } from './connection.ts'
import { createJobQueue } from './job-queue.ts'
import { createPace } from './pace.ts'
import { createPool } from './pool.ts'
import type { Answer, Sender, SenderOptions, SendRequest } from './sender.ts'

const connectTimeoutMs = 10_000
/** Google closes after 4 minutes of silence; going a little earlier we never write into that moment. */
const idleMs = 235_000
const disposeWaitMs = 1000
/** So many requests go to one connection before the others are looked at again. */
const handful = 16

/** The queue, the connections and who goes where, for whatever speaks HTTP/2. */
export function createPooledSender(options: SenderOptions, http2: Http2): Sender {
  const { timeoutMs = 15_000, maxInFlight = 500, maxConnections = 1, unindexed = [] } = options
  const connector = createConnector(options, http2)
  const pace = createPace(maxInFlight)
  const queue = createJobQueue()
  let lastProtocol = options.protocols?.[0]
  let pumping = false
  let disposed = false

  const pool = createPool({
    maxConnections,
    connectTimeoutMs: Math.min(connectTimeoutMs, timeoutMs),
    open,
    expectedRoom: () => (lastProtocol === 'http/1.1' ? 1 : pace.limit()),
    isPressed: () => pace.limit() < maxInFlight,
    freed,
    unreachable: failQueue,
  })
  const connectionOptions: ConnectionOptions = {
    origin: connector.origin,
    timeoutMs,
    idleMs,
    limit: pace.limit,
    maxInFlight,
    unindexed,
    events: { settled, freed, pressed: pace.pressed, closed: pool.closed },
  }

  function send(requests: readonly SendRequest[], { urgent = false } = {}): Promise<Answer[]> {
    if (disposed) return Promise.reject(new Error('send was called after the sender was disposed'))
    if (requests.length === 0) return Promise.resolve([])
    return new Promise((resolve) => {
      const answers = new Array<Answer>(requests.length)
      queue.push({ requests, answers, open: requests.length, isUrgent: urgent, resolve })
      pump()
    })
  }

  async function open(signal: AbortSignal) {
    const result = await connector.connect(connectionOptions, signal)
    if ('protocol' in result) lastProtocol = result.protocol
    return result
  }

  function freed(): void {
    pool.answered()
    pump()
  }

  /** Starts what there is room for, then opens what more is needed. */
  function pump(): void {
    // A request that fails at once comes back here while it is being started.
    if (pumping) return
    pumping = true
    for (let to = pool.next(); to !== undefined && mayStart(to); to = pool.next()) {
      for (let n = 0; n < handful && mayStart(to); n++) to.start(queue.shift())
    }
    pumping = false
    pool.openFor(queue.size)
  }

  function mayStart(on: Connection): boolean {
    if (queue.hasUrgent) return on.room > 0
    return queue.size > 0 && on.room > reserveOf(on)
  }

  function settled(job: Job, result: Answer): void {
    const again = 'failure' in result && result.failure === 'not_sent' && !job.resent && !disposed
    if (again) queue.pushAgain({ ...job, resent: true })
    else answer(job, result)
    if ('status' in result) pace.answered()
  }

  function failQueue(code: string): void {
    while (queue.size > 0) answer(queue.shift(), { failure: 'not_sent', code })
  }

  async function dispose(): Promise<void> {
    disposed = true
    failQueue('DISPOSED')
    await pool.close(disposeWaitMs)
  }

  return { send, reconnect: pool.drain, [Symbol.asyncDispose]: dispose }
}

/** Places on a connection that only urgent requests take: they find room when a slow peer holds all others. */
function reserveOf({ room, inFlight }: Connection): number {
  return Math.min(16, Math.floor((room + inFlight) / 25))
}

function answer({ batch, index }: Job, result: Answer): void {
  batch.answers[index] = result
  batch.open -= 1
  if (batch.open === 0) batch.resolve(batch.answers)
}
