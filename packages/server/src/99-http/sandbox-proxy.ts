import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { Problem } from '../00-kernel/index.ts'
import type { Identify } from './identify.ts'

/** Passes `/sandbox/…` on to the sandbox's control API, for signed-in callers, so that the console needs one origin. */
export function proxySandbox(app: FastifyInstance, sandboxUrl: string, identify: Identify): void {
  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/sandbox/*',
    handler: async (request, reply) => {
      await identify(request, 'messages:send')
      const gone = new AbortController()
      request.raw.once('close', () => gone.abort())
      reply.raw.once('close', () => gone.abort())
      const answer = await fetch(targetOf(request.url, sandboxUrl), {
        method: request.method,
        signal: gone.signal,
        ...(request.body === undefined
          ? {}
          : { body: JSON.stringify(request.body), headers: { 'content-type': 'application/json' } }),
      }).catch(() => {
        throw new Problem('unavailable', { detail: 'The sandbox does not answer.', retryAfterSeconds: 5 })
      })
      reply.code(answer.status).type(answer.headers.get('content-type') ?? 'application/json')
      return reply.send(answer.body ? Readable.fromWeb(answer.body as never) : '')
    },
  })
}

/** Put in place, not resolved: relative to an address, `//other.example/` is another host. */
function targetOf(url: string, sandboxUrl: string): URL {
  const [path = '', query = ''] = url.slice('/sandbox'.length).split(/\?(.*)/s)
  return Object.assign(new URL(sandboxUrl), { pathname: path, search: query })
}
