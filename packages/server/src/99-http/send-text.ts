import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Streams texts as they come, until the source ends or the client leaves. */
export async function sendText(
  request: FastifyRequest,
  reply: FastifyReply,
  { contentType, source }: { contentType: string; source: AsyncIterable<string> },
): Promise<FastifyReply> {
  // The first text is made before the head is sent, so that a problem can still be answered as one.
  const texts = source[Symbol.asyncIterator]()
  const first = await texts.next()
  reply.type(contentType).header('cache-control', 'no-store')
  if (request.method === 'HEAD') {
    await texts.return?.()
    return reply.send()
  }
  return reply.send(Readable.from(following(first, texts)))
}

async function* following(
  first: IteratorResult<string>,
  texts: AsyncIterator<string>,
): AsyncGenerator<string> {
  try {
    for (let next = first; !next.done; next = await texts.next()) yield next.value
  } finally {
    await texts.return?.()
  }
}
