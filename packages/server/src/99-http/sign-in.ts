import { signIn, signOut } from '@carillon/contract'
import type { FastifyInstance } from 'fastify'
import { Problem, type Store } from '../00-kernel/index.ts'
import { endSession, sessionLifetimeMs, startSession } from '../10-access/index.ts'
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
    const session = await store.db.transaction().execute((tx) => startSession(tx, input.data.token))
    reply.setCookie(sessionCookie, session, { ...cookieOptions, maxAge: sessionLifetimeMs / 1000 })
    return { ok: true }
  })

  app.post(signOut.path, async (request, reply) => {
    const session = request.cookies[sessionCookie]
    if (session) await store.db.transaction().execute((tx) => endSession(tx, session))
    reply.clearCookie(sessionCookie, cookieOptions)
    return reply.code(204).send()
  })
}
