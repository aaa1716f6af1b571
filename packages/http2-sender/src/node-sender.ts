import { connect, secureContextOf, type Target } from './connect.ts'
import type { Batch, Connection, ConnectionEvents, Job } from './connection.ts'
import { createJobQueue } from './job-queue.ts'
import { createPace } from './pace.ts'
import type { Answer, CreateSender, SenderOptions, SendRequest } from './sender.ts'

const connectTimeoutMs = 10_000
/** Google closes after 4 minutes of silence; we do so a little earlier and never write into that moment. */
const idleMs = 235_000
/** After a failed attempt beside a working connection no other is opened for so long. */
const reopenPauseMs = 1000
const disposeWaitMs = 1000

/**
 * A sender on node:http2, with HTTP/1.1 keep-alive on node:https where `protocols` allows it and the peer wants
 * it. All methods belong to one thread. What you pass in is never changed; the sender owns its connections.
 */
export const createNodeSender: CreateSender = (options) => {
  const { timeoutMs = 15_000, maxInFlight = 500, maxConnections = 1 } = options
  const origin = originOf(options.origin)
  const target: Target = { protocols: options.protocols ?? ['h2'], lookup: options.lookup }
  const context = secureContextOf(options)
  const pace = createPace(maxInFlight)
  const queue = createJobQueue()
  const connections = new Set<Connection>()
  /** Take no more requests, but still owe answers. */
  const draining = new Set<Connection>()
  const connecting = new Set<AbortController>()
  let lastProtocol = target.protocols[0]
  let reopenAt = 0
  let pumping = false
  let disposed = false
  let allAnswered = () => {}

  const events: ConnectionEvents = {
    settled,
    freed: pump,
    pressed: pace.pressed,
    closed(connection) {
      connections.delete(connection)
      if (connection.inFlight > 0) draining.add(connection)
      // Not at once: the peer's last frames, and the streams they refuse, are still being read.
      setImmediate(pump)
    },
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

  /** Starts what there is room for, then opens what more is needed. */
  function pump(): void {
    if (pumping) return
    pumping = true
    for (let to = roomiest(connections); to !== undefined && queue.size > 0; to = roomiest(connections)) {
      to.start(queue.shift())
    }
    pumping = false
    openMore()
  }

  function openMore(): void {
    if (disposed) return
    const each = lastProtocol === 'http/1.1' ? 1 : pace.limit()
    while (queue.size > connecting.size * each && connections.size + connecting.size < maxConnections) {
      if (connections.size + connecting.size > 0 && performance.now() < reopenAt) return
      void openOne()
    }
  }

  async function openOne(): Promise<void> {
    const attempt = new AbortController()
    connecting.add(attempt)
    const timer = setTimeout(
      () => attempt.abort(coded('CONNECT_TIMEOUT')),
      Math.min(connectTimeoutMs, timeoutMs),
    )
    const result = await connect(
      target,
      context,
      { origin, timeoutMs, idleMs, limit: pace.limit, events },
      attempt.signal,
    )
    clearTimeout(timer)
    connecting.delete(attempt)
    if ('connectFailure' in result) failedToConnect(result.connectFailure)
    else if (attempt.signal.aborted) result.destroy()
    else {
      lastProtocol = result.protocol
      connections.add(result)
    }
    pump()
  }

  /** With another connection at work the queue waits for that one; without, waiting helps nobody. */
  function failedToConnect(code: string): void {
    reopenAt = performance.now() + reopenPauseMs
    if (connections.size + connecting.size === 0) failQueue(code)
  }

  function failQueue(code: string): void {
    while (queue.size > 0) answer(queue.shift(), { failure: 'not_sent', code })
  }

  function settled(job: Job, result: Answer): void {
    const again = 'failure' in result && result.failure === 'not_sent' && !job.resent && !disposed
    if (again) queue.pushFirst({ ...job, resent: true })
    else answer(job, result)
    if ('status' in result) pace.answered()
    forgetDrained()
    pump()
  }

  function answer({ batch, index }: Job, result: Answer): void {
    batch.answers[index] = result
    batch.open -= 1
    if (batch.open === 0) batch.resolve(batch.answers)
  }

  function forgetDrained(): void {
    for (const connection of draining) if (connection.inFlight === 0) draining.delete(connection)
    if (draining.size === 0) allAnswered()
  }

  function reconnect(): void {
    for (const connection of connections) connection.drain()
  }

  async function dispose(): Promise<void> {
    if (disposed) return
    disposed = true
    failQueue('DISPOSED')
    for (const attempt of connecting) attempt.abort(coded('DISPOSED'))
    reconnect()
    await answeredWithin(disposeWaitMs)
    for (const connection of draining) connection.destroy()
  }

  function answeredWithin(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs)
      allAnswered = () => {
        clearTimeout(timer)
        resolve()
      }
      forgetDrained()
    })
  }

  return { send, reconnect, [Symbol.asyncDispose]: dispose }
}

function originOf(text: SenderOptions['origin']): URL {
  const origin = new URL(text)
  if (origin.protocol !== 'https:')
    throw new TypeError(`A sender's origin must be https, not ${origin.protocol}`)
  return origin
}

function roomiest(connections: Iterable<Connection>): Connection | undefined {
  let best: Connection | undefined
  let mostRoom = 0
  for (const connection of connections) {
    const room = connection.room
    if (room > mostRoom) {
      best = connection
      mostRoom = room
    }
  }
  return best
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

function coded(code: string): Error {
  return Object.assign(new Error(code), { code })
}
