import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { Problem } from '../00-kernel/index.ts'
import { sendProblem } from './problem-answer.ts'

const contentSecurityPolicy = [
  "default-src 'self'",
  // Mantine writes its variables and placements as style attributes.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: https:",
  "connect-src 'self'",
  "worker-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ')

/** The built console on the same origin; its own addresses all lead to its one page. */
export async function serveConsole(
  app: FastifyInstance,
  dir: string,
  methodsOf: (url: string) => string[],
): Promise<void> {
  const page = await readFile(join(dir, 'index.html'))
  await app.register(fastifyStatic, {
    root: dir,
    index: false,
    wildcard: false,
    setHeaders: (response, path: string) => {
      const isHashed = path.includes('/assets/')
      response.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  app.get('/*', async (request, reply) => {
    const isApi = /^\/(v1|sandbox)(\/|$)/.test(request.url)
    if (isApi) {
      const allowed = methodsOf(request.url)
      if (allowed.length === 0) return sendProblem(new Problem('not_found'), request, reply)
      reply.header('allow', allowed.join(', '))
      return sendProblem(
        new Problem('method_not_allowed', { detail: `This address takes ${allowed.join(', ')}.` }),
        request,
        reply,
      )
    }
    return reply
      .type('text/html')
      .headers({ 'content-security-policy': contentSecurityPolicy, 'cache-control': 'no-cache' })
      .send(page)
  })
}
