import type { ClientRequest, IncomingMessage } from 'node:http'
import { Agent, request as openRequest } from 'node:https'
import type { Socket } from 'node:net'
import { createBodyText } from './body-text.ts'
import { type Connection, type ConnectionOptions, codeOf, type Job } from './connection.ts'
import type { Failure, Response } from './sender.ts'

/** Speaks HTTP/1.1 on a connected socket: one request at a time, kept alive between them. */
export function h1Connection(socket: Socket, options: ConnectionOptions): Connection {
  const { origin, timeoutMs, idleMs, events } = options
  const gone = new Error('the socket is gone')
  const agent = agentOf(socket, gone)
  const idle = setTimeout(closeWhenIdle, idleMs).unref()
  let flight: { job: Job; request: ClientRequest } | undefined
  let closing = false
  /** Between the end of an answer and the moment when the socket is known to be reusable. */
  let settling = false

  const connection: Connection = {
    protocol: 'http/1.1',
    get inFlight() {
      return flight === undefined ? 0 : 1
    },
    get room() {
      return closing || settling || flight !== undefined ? 0 : 1
    },
    start,
    drain,
    destroy() {
      close()
      socket.destroy()
    },
  }
  // A peer that ends an idle connection does so for good, although the socket could still be written to.
  socket.on('end', close).on('close', close)
  // An idle connection does not keep the process alive.
  socket.unref()
  return connection

  function start(job: Job): void {
    let request: ClientRequest
    try {
      request = openRequest({ agent, ...addressOf(origin), ...lineOf(job, origin) })
    } catch (error) {
      events.settled(job, { failure: 'not_sent', code: codeOf(error, 'INVALID_REQUEST') })
      return
    }
    flight = { job, request }
    socket.ref()
    const timer = setTimeout(() => {
      settle(job, { failure: 'timeout', code: 'TIMEOUT' })
      connection.destroy()
    }, timeoutMs).unref()
    request.on('response', (response) => receive(job, response))
    request.on('error', (error) => {
      const failure = error === gone ? 'not_sent' : 'unknown'
      settle(job, { failure, code: error === gone ? 'CONNECTION_CLOSED' : codeOf(error, 'ECONNRESET') })
      connection.destroy()
    })
    request.on('close', () => {
      clearTimeout(timer)
      settle(job, { failure: 'unknown', code: 'NO_RESPONSE' })
    })
    request.end(job.request.body)
  }

  function receive(job: Job, response: IncomingMessage): void {
    const body = createBodyText()
    response.on('data', body.add)
    response.on('end', () => {
      if (!response.complete) return
      settling = true
      settle(job, { status: response.statusCode ?? 0, headers: flatHeaders(response), body: body.text() })
      // The agent decides in the meantime whether the answer allows another request on this socket.
      setImmediate(() => {
        settling = false
        if (socket.destroyed || !socket.writable) close()
        events.freed()
      })
    })
    response.on('error', (error) => {
      settle(job, { failure: 'unknown', code: codeOf(error, 'ECONNRESET') })
      connection.destroy()
    })
  }

  function settle(job: Job, answer: Response | Failure): void {
    if (flight?.job !== job) return
    flight = undefined
    if (closing) socket.destroy()
    else idle.refresh()
    events.settled(job, answer)
    events.freed()
  }

  /** What is busy at this moment starts to wait anew when it comes to rest. */
  function closeWhenIdle(): void {
    if (flight === undefined) drain()
  }

  function drain(): void {
    close()
    if (flight === undefined) socket.destroy()
  }

  function close(): void {
    if (closing) return
    closing = true
    clearTimeout(idle)
    events.closed(connection)
  }
}

/** An agent with this one socket, which refuses to make another. */
function agentOf(socket: Socket, gone: Error): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let handedOut = false
  agent.createConnection = (_options, callback) => {
    if (!handedOut && !socket.destroyed) {
      handedOut = true
      return socket
    }
    callback?.(gone, socket)
    return undefined
  }
  return agent
}

function addressOf(origin: URL) {
  return { host: origin.hostname, port: origin.port || 443 }
}

function lineOf({ request }: Job, origin: URL) {
  const headers = {
    ...request.shared,
    ...request.headers,
    host: origin.host,
    'content-length': Buffer.byteLength(request.body),
  }
  return { method: request.method ?? 'POST', path: request.path, headers }
}

function flatHeaders(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = String(value)
  }
  return headers
}
