import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'

const heartbeatMs = 15_000
export const eventStream = 'text/event-stream'

/** Streams texts as server-sent events (WHATWG HTML, section 9.2) until the source ends or the client leaves. */
export async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  source: (signal: AbortSignal) => AsyncIterable<string>,
): Promise<FastifyReply> {
  const gone = new AbortController()
  request.raw.once('close', () => gone.abort())
  // The first event is made before the head is sent, so that a problem can still be answered as one.
  const events = source(gone.signal)[Symbol.asyncIterator]()
  let next = await events.next()
  // A HEAD has no body whose end could be waited for.
  if (request.method === 'HEAD') {
    await events.return?.()
    return reply.type(eventStream).send()
  }
  reply.hijack()
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    'content-type': eventStream,
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const heartbeat = setInterval(() => reply.raw.write(':\n\n'), heartbeatMs)
  try {
    while (!next.done && !gone.signal.aborted) {
      reply.raw.write(`data: ${next.value}\n\n`)
      next = await events.next()
    }
  } catch (error) {
    request.log.error({ err: error, requestId: request.id }, 'event stream failed')
  } finally {
    clearInterval(heartbeat)
    await events.return?.()
    reply.raw.end()
  }
  return reply
}
