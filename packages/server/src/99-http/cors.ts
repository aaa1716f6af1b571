import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CorsLists } from '../10-access/index.ts'

const takenHeaders = 'authorization, content-type, idempotency-key, x-request-id'
const shownHeaders = [
  'x-request-id',
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  'idempotent-replayed',
  'original-request-id',
].join(', ')
/** Seconds. Short, so that a site that was taken off the list is soon turned away by browsers too. */
const preflightMaxAgeSeconds = 60

/**
 * Cross-origin calls (WHATWG Fetch, section 3.2): off until a workspace lists the page's site. Only calls with a
 * key of their own are opened, whatever the address. Cookies never are: no answer allows credentials, and the
 * origin is always named, so `*` is never said.
 */
export function openToSites(
  app: FastifyInstance,
  lists: CorsLists,
  methodsOf: (url: string) => string[],
): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin, authorization } = request.headers
    const isPreflight = request.method === 'OPTIONS'
    if (origin === undefined || (authorization === undefined && !isPreflight)) return
    const methods = methodsOf(request.url)
    if (methods.length === 0 || !(await lists.allows(origin))) return
    reply.header('vary', 'Origin')
    if (isPreflight) return answerPreflight(request, reply, methods)
    reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': shownHeaders })
  })
}

/** Not approved, it goes on as the OPTIONS that it is, to an answer without these headers. */
function answerPreflight(
  request: FastifyRequest,
  reply: FastifyReply,
  methods: readonly string[],
): FastifyReply | undefined {
  const { 'access-control-request-method': wanted, 'access-control-request-headers': headers = '' } =
    request.headers
  const brings = headers.toLowerCase().split(/[\s,]+/)
  if (!methods.includes(String(wanted)) || !brings.includes('authorization')) return undefined
  return reply
    .code(204)
    .headers({
      'access-control-allow-origin': request.headers.origin,
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': takenHeaders,
      'access-control-max-age': String(preflightMaxAgeSeconds),
    })
    .send()
}

/** Once it is known whose key it is: only sites on the list of that very workspace may read the answer. */
export async function closeToOthers(
  { headers: { origin } }: FastifyRequest,
  reply: FastifyReply,
  { lists, workspaceId }: { lists: CorsLists; workspaceId: string },
): Promise<void> {
  if (origin === undefined || !reply.hasHeader('access-control-allow-origin')) return
  if (await lists.allows(origin, workspaceId)) return
  reply.removeHeader('access-control-allow-origin')
  reply.removeHeader('access-control-expose-headers')
}
