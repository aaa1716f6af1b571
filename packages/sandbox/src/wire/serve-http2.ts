import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { constants, performServerHandshake } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { Answer, Connection, Reply, RequestHandler } from './exchange.ts'
import { readBody } from './read-body.ts'

/** Serves HTTP/2 on a socket whose handshake chose `h2`. */
export function serveHttp2(
  socket: TLSSocket,
  connection: Connection,
  maxConcurrentStreams: number,
  handle: RequestHandler,
): void {
  const session = performServerHandshake(socket, { settings: { maxConcurrentStreams } })
  const goneAway = createGoAway(session)
  connection.allowStreams = (count) => session.settings({ maxConcurrentStreams: count })
  session.on('error', () => session.destroy())
  session.on('stream', (stream, headers, _flags, rawHeaders: string[]) => {
    stream.on('error', () => stream.destroy())
    readBody(stream, (body) => {
      if (stream.destroyed) return
      if (goneAway.leavesOut(stream)) return stream.close(constants.NGHTTP2_REFUSED_STREAM)
      const request = {
        method: headers[':method'] ?? '',
        path: headers[':path'] ?? '',
        headers,
        hasDuplicateHeaders: rawHeaders.length !== 2 * Object.keys(headers).length,
        body,
        connection,
      }
      handle(request, replyOn(stream, goneAway))
      goneAway.countHandled(stream)
    })
  })
}

function replyOn(stream: ServerHttp2Stream, goneAway: GoAway): Reply {
  return {
    answer: (answer) => respond(stream, answer),
    reset: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    goAway: (reason) => goneAway.send(stream, reason),
  }
}

function respond(stream: ServerHttp2Stream, { status, headers, body }: Answer): void {
  if (stream.destroyed || stream.closed) return
  stream.respond({ ':status': status, ...headers }, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
}

interface GoAway {
  send(stream: ServerHttp2Stream, reason: string): void
  leavesOut(stream: ServerHttp2Stream): boolean
  countHandled(stream: ServerHttp2Stream): void
}

/**
 * GOAWAY as APNs sends it: the last stream id is the highest one that was really handled, so whatever
 * lies above may be sent again without a duplicate. A left-out stream below it is refused by itself.
 */
function createGoAway(session: ServerHttp2Session): GoAway {
  let highestHandled = 0
  let lastStreamId = Number.POSITIVE_INFINITY
  const idOf = (stream: ServerHttp2Stream) => stream.id ?? 0
  return {
    send: (stream, reason) => {
      // Node reads a last stream id of 0 as "all that were received", so then the streams themselves must say it.
      const isCovered = idOf(stream) < highestHandled || highestHandled === 0
      if (isCovered) stream.close(constants.NGHTTP2_REFUSED_STREAM)
      if (lastStreamId !== Number.POSITIVE_INFINITY) return
      lastStreamId = highestHandled
      session.goaway(constants.NGHTTP2_NO_ERROR, lastStreamId, Buffer.from(JSON.stringify({ reason })))
      session.close()
    },
    leavesOut: (stream) => idOf(stream) > lastStreamId,
    countHandled: (stream) => {
      if (lastStreamId === Number.POSITIVE_INFINITY) highestHandled = Math.max(highestHandled, idOf(stream))
    },
  }
}
