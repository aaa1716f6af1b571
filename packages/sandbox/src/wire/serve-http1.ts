import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import type { Connection, Reply, RequestHandler } from './exchange.ts'
import { readBody } from './read-body.ts'

/** Longer than any client's own limit, so that the client decides when an idle connection ends. */
const KEEP_ALIVE_MS = 65_000

/** An HTTP/1.1 server without a port: sockets are handed to it with `emit('connection', socket)`. */
export function createHttp1(connectionOf: (socket: Socket) => Connection, handle: RequestHandler): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (message, response) => {
    message.on('error', () => message.destroy())
    readBody(message, (body) => {
      const request = {
        method: message.method ?? '',
        path: message.url ?? '',
        headers: message.headers,
        hasDuplicateHeaders: false,
        body,
        connection: connectionOf(message.socket),
      }
      handle(request, replyOn(message, response))
    })
  })
  return server
}

function replyOn(message: IncomingMessage, response: ServerResponse): Reply {
  const cut = () => message.socket.destroy()
  return {
    answer: ({ status, headers, body }) => {
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body ?? '') })
      response.end(body)
    },
    reset: cut,
    goAway: cut,
  }
}
