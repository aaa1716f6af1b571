import { connect, secureContextOf, type Target } from './connect.ts'
import type { Batch, ConnectionOptions, Job } from './connection.ts'
import { createJobQueue } from './job-queue.ts'
import { createPace } from './pace.ts'
import { createPool } from './pool.ts'
import type { Answer, CreateSender, SendRequest } from './sender.ts'

const connectTimeoutMs = 10_000
/** Google closes after 4 minutes of silence; going a little earlier we never write into that moment. */
const idleMs = 235_000
const disposeWaitMs = 1000

/**
 * A sender on node:http2, with HTTP/1.1 keep-alive on node:https where `protocols` allows it and the peer wants
 * it. All methods belong to one thread. What you pass in is never changed; the sender owns its connections.
 */
export const createNodeSender: CreateSender = (options) => {
  const { timeoutMs = 15_000, maxInFlight = 500, maxConnections = 1 } = options
  const target: Target = { protocols: options.protocols ?? ['h2'], lookup: options.lookup }
  const context = secureContextOf(options)
  const pace = createPace(maxInFlight)
  const queue = createJobQueue()
  let lastProtocol = target.protocols[0]
  let pumping = false
  let disposed = false

  const pool = createPool({
    maxConnections,
    connectTimeoutMs: Math.min(connectTimeoutMs, timeoutMs),
    open,
    expectedRoom: () => (lastProtocol === 'http/1.1' ? 1 : pace.limit()),
    freed: pump,
    unreachable: failQueue,
  })
  const connectionOptions: ConnectionOptions = {
    origin: originOf(options.origin),
    timeoutMs,
    idleMs,
    limit: pace.limit,
    events: { settled, freed: pump, pressed: pace.pressed, closed: pool.closed },
  }

  function send(requests: readonly SendRequest[]): Promise<Answer[]> {
    if (disposed) return Promise.reject(new Error('send was called after the sender was disposed'))
    if (requests.length === 0) return Promise.resolve([])
    return new Promise((resolve) => {
      const batch: Batch = { answers: new Array<Answer>(requests.length), open: requests.length, resolve }
      const varying = varyingHeaders(requests)
      requests.forEach((request, index) => {
        queue.push({ request, varying, batch, index, resent: false })
      })
      pump()
    })
  }

  async function open(signal: AbortSignal) {
    const result = await connect(target, context, connectionOptions, signal)
    if ('protocol' in result) lastProtocol = result.protocol
    return result
  }

  /** Starts what there is room for, then opens what more is needed. */
  function pump(): void {
    // A request that fails at once comes back here while it is being started.
    if (pumping) return
    pumping = true
    for (let to = pool.roomiest(); to !== undefined && queue.size > 0; to = pool.roomiest()) {
      to.start(queue.shift())
    }
    pumping = false
    pool.openFor(queue.size)
  }

  function settled(job: Job, result: Answer): void {
    const again = 'failure' in result && result.failure === 'not_sent' && !job.resent && !disposed
    if (again) queue.pushFirst({ ...job, resent: true })
    else answer(job, result)
    if ('status' in result) pace.answered()
    pool.answered()
    pump()
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

function originOf(text: string): URL {
  const origin = new URL(text)
  if (origin.protocol === 'https:') return origin
  throw new TypeError(`A sender's origin must be https, not ${origin.protocol}`)
}

function answer({ batch, index }: Job, result: Answer): void {
  batch.answers[index] = result
  batch.open -= 1
  if (batch.open === 0) batch.resolve(batch.answers)
}

/**
 * Headers that differ between the first and the last request would only push the constant ones out of the
 * compression table; Apple asks for the same (RFC 7541, section 7.1.3 tells how).
 */
function varyingHeaders(requests: readonly SendRequest[]): string[] {
  const first = requests[0]?.headers ?? {}
  const last = requests.at(-1)?.headers ?? {}
  return Object.keys(first).filter((name) => first[name] !== last[name])
}
