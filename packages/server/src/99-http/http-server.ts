import { signIn, signOut } from '@carillon/contract'
import cookie from '@fastify/cookie'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { type Log, newId, Problem, type Route, type Store, type Vault } from '../00-kernel/index.ts'
import { createCorsLists } from '../10-access/index.ts'
import type { PassWebService } from '../45-passes/index.ts'
import type { TrackingService, UnsubscribeService } from '../80-feedback/index.ts'
import { serveConsole } from './console-files.ts'
import { openToSites } from './cors.ts'
import { serveEmailTracking } from './email-tracking.ts'
import { formType, takeForms } from './form-body.ts'
import { createIdentify } from './identify.ts'
import { parseJsonBody } from './json-body.ts'
import { mailType, takeMails } from './mail-body.ts'
import { mountRoute } from './mount-route.ts'
import { methodsOf, refuseBytes, sendProblem } from './problem-answer.ts'
import { createRateLimiter } from './rate-limit.ts'
import { proxySandbox } from './sandbox-proxy.ts'
import { serveServiceWorker } from './service-worker.ts'
import { mountSignIn } from './sign-in.ts'
import { mountSystem, type SystemDeps } from './system-routes.ts'
import { serveUnsubscribe } from './unsubscribe-pages.ts'
import { mountWallet } from './wallet-service.ts'

export interface HttpDeps extends SystemDeps {
  store: Store
  vault: Vault
  log: Log
  routes: readonly Route[]
  /** Absent in a process that serves no API. */
  passes?: PassWebService
  unsubscribe?: UnsubscribeService
  tracking?: TrackingService
  sandboxUrl: string | null
  /** Built console files; null serves the API alone. */
  consoleDir: string | null
  /** Cookies are marked Secure. */
  isHttps: boolean
}

/** The HTTP application; not yet listening. */
export async function createHttpServer(deps: HttpDeps): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    loggerInstance: deps.log.child({ room: 'http' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => requestId(request.headers['x-request-id']),
    bodyLimit: 1024 * 1024,
    forceCloseConnections: true,
    // Node's own default, which Fastify switches off: a body that trickles in does not hold its connection for good.
    requestTimeout: 300_000,
    clientErrorHandler: refuseBytes,
    // A path that no route can be looked up for gets past all hooks.
    frameworkErrors: (error, request, reply) => {
      markAnswer(request, reply)
      sendProblem(error, request, reply)
    },
    // A path of 64 KB of %-escapes is nobody's id.
    routerOptions: { maxParamLength: 2_500 },
  })
  await app.register(cookie)
  app.addHook('onRequest', async (request, reply) => markAnswer(request, reply))
  const corsLists = createCorsLists(deps.store.db)
  openToSites(app, corsLists, methodsOf(deps.routes.map((route) => route.endpoint)))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, parseJsonBody)
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))

  const limiter = createRateLimiter()
  const methods = methodsOf([signIn, signOut, ...deps.routes.map((route) => route.endpoint)])
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods(request.url)
    if (allowed.length === 0 || allowed.includes(request.method))
      return sendProblem(new Problem('not_found'), request, reply)
    reply.header('allow', allowed.join(', '))
    return sendProblem(
      new Problem('method_not_allowed', { detail: `This address takes ${allowed.join(', ')}.` }),
      request,
      reply,
    )
  })
  mountSystem(app, deps)
  await serveServiceWorker(app)
  mountSignIn(app, deps, limiter)
  if (deps.tracking) serveEmailTracking(app, deps.tracking)
  if (deps.unsubscribe) await serveUnsubscribe(app, deps.unsubscribe, limiter)
  if (deps.passes) mountWallet(app, deps.passes, limiter)
  const identify = createIdentify(deps.store)
  const reads = new Map(
    deps.routes.filter(({ kind }) => kind === 'read').map((route) => [route.endpoint.path, route]),
  )
  const mounting = { ...deps, identify, limiter, corsLists, readingOf: (path: string) => reads.get(path) }
  for (const route of deps.routes) {
    if (route.endpoint.bodyType === mailType)
      await app.register(async (scope) => mountRoute(takeMails(scope), route, mounting))
    else if (route.endpoint.bodyType !== formType) mountRoute(app, route, mounting)
    // Nowhere else: a page of another site can make a browser send a form, with cookies, but not JSON.
    else await app.register(async (scope) => mountRoute(takeForms(scope), route, mounting))
  }
  if (deps.sandboxUrl) proxySandbox(app, deps.sandboxUrl, identify)
  if (deps.consoleDir) await serveConsole(app, deps.consoleDir, methods)
  return app
}

function markAnswer(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({
    'x-request-id': request.id,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
  })
}

/** A caller's own id is kept when it is harmless and no key of ours, so that it finds its request in our logs. */
function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^(?!(sk|si|cs)_)[A-Za-z0-9_-]{8,64}$/.test(header) ? header : newId()
}
