import { type Endpoint, signIn, signOut } from '@carillon/contract'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem, type Store, type Tx } from '../00-kernel/index.ts'
import {
  callerOfSession,
  endSession,
  recordAudit,
  sessionLifetimeMs,
  startSession,
} from '../10-access/index.ts'
import { sessionCookie } from './identify.ts'
import { placesOf } from './problem-answer.ts'
import { type RateLimiter, ratePolicies } from './rate-limit.ts'

/** Sign-in and sign-out, apart from the other routes because they write a cookie. */
export function mountSignIn(
  app: FastifyInstance,
  { store, isHttps }: { store: Store; isHttps: boolean },
  limiter: RateLimiter,
): void {
  const cookieOptions = { path: '/', httpOnly: true, sameSite: 'strict', secure: isHttps } as const

  app.post(signIn.path, async (request, reply) => {
    limiter.take(ratePolicies.signIn, request.ip, reply)
    const input = signIn.body?.safeParse(request.body)
    if (!input?.success)
      throw new Problem('invalid_request', { errors: input ? placesOf(input.error, '') : [] })
    const session = await store.db.transaction().execute(async (tx) => {
      const started = await startSession(tx, input.data.token)
      await tell(tx, request, { endpoint: signIn, session: started })
      return started
    })
    reply.setCookie(sessionCookie, session, { ...cookieOptions, maxAge: sessionLifetimeMs / 1000 })
    return { ok: true }
  })

  app.post(signOut.path, async (request, reply) => {
    const session = request.cookies[sessionCookie]
    if (session) {
      await store.db.transaction().execute(async (tx) => {
        await tell(tx, request, { endpoint: signOut, session })
        await endSession(tx, session)
      })
    }
    reply.clearCookie(sessionCookie, cookieOptions)
    return reply.code(204).send()
  })
}

/** Who came and went, for the audit; a session that is none tells nothing. */
async function tell(
  tx: Tx,
  request: FastifyRequest,
  { endpoint, session }: { endpoint: Pick<Endpoint, 'id' | 'method' | 'path' | 'status'>; session: string },
): Promise<void> {
  const caller = await callerOfSession(tx, session)
  if (!caller) return
  await recordAudit(tx, {
    workspaceId: caller.workspaceId,
    actor: { kind: 'console', id: caller.id, name: caller.name },
    action: endpoint.id,
    method: endpoint.method,
    path: endpoint.path,
    resource: { kind: 'sessions', id: null },
    messageId: null,
    fields: [],
    status: endpoint.status,
    requestId: request.id,
    address: request.ip,
  })
}
