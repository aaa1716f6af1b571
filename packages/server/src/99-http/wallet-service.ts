import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Problem } from '../00-kernel/index.ts'
import { type FetchedPass, type PassWebService, type Place, webServicePath } from '../45-passes/index.ts'
import { isStorable } from './json-body.ts'
import { placesOf } from './problem-answer.ts'
import { type RateLimiter, ratePolicies } from './rate-limit.ts'

const passMime = 'application/vnd.apple.pkpass'
const maxBodyBytes = 16 * 1024

const Registration = z.looseObject({
  pushToken: z
    .string()
    .max(200)
    .regex(/^([0-9a-fA-F]{2})+$/, 'is no push token: hexadecimal, two digits for each byte'),
})
const LogLines = z.looseObject({ logs: z.array(z.string()) })

/**
 * The five endpoints that Wallet calls on its own, and the link under which people fetch a pass. Apple names paths,
 * statuses and the absence of bodies, and has no use for our keys; members that we do not know are Apple's affair.
 */
export function mountWallet(app: FastifyInstance, service: PassWebService, limiter: RateLimiter): void {
  const base = `${webServicePath}/v1`
  const onePass = `${base}/devices/:device/registrations/:passType/:serial`
  const options = {
    bodyLimit: maxBodyBytes,
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
      refuseOdd(request)
      limiter.take(ratePolicies.wallet, request.ip, reply)
    },
  }

  app.post<{ Params: Place }>(onePass, options, async (request, reply) => {
    const { pushToken } = bodyOf(Registration, request)
    const isNew = await service.register(
      request.params,
      request.headers.authorization,
      pushToken.toLowerCase(),
    )
    return reply.code(isNew ? 201 : 200).send()
  })
  app.delete<{ Params: Place }>(onePass, options, async (request, reply) => {
    await service.unregister(request.params, request.headers.authorization)
    return reply.code(200).send()
  })
  app.get<{ Params: Omit<Place, 'serial'>; Querystring: Record<string, unknown> }>(
    `${base}/devices/:device/registrations/:passType`,
    options,
    async ({ params, query }, reply) => {
      const { passesUpdatedSince: since } = query
      const changed = await service.changed(params, typeof since === 'string' ? since : undefined)
      return changed ? changed : reply.code(204).send()
    },
  )
  app.get<{ Params: Omit<Place, 'device'> }>(
    `${base}/passes/:passType/:serial`,
    options,
    async (request, reply) => {
      const { authorization, 'if-modified-since': since } = request.headers
      return sendPass(reply, await service.fetch(request.params, authorization, since))
    },
  )
  app.post(
    `${base}/log`,
    {
      ...options,
      onRequest: async (request, reply) => limiter.take(ratePolicies.walletLog, request.ip, reply),
    },
    async (request, reply) => {
      service.keepLog(bodyOf(LogLines, request).logs)
      return reply.code(200).send()
    },
  )
  app.get<{ Params: { token: string } }>('/p/:token', options, async (request, reply) => {
    const pass = await service.fetchByLink(request.params.token)
    if (!pass) throw new Problem('not_found')
    return sendPass(reply, pass)
  })
}

function sendPass(reply: FastifyReply, pass: FetchedPass | null): FastifyReply {
  if (!pass) return reply.code(304).send()
  return reply
    .type(passMime)
    .headers({ 'last-modified': pass.changedAt.toUTCString(), 'cache-control': 'private, no-cache' })
    .send(pass.bytes)
}

/** What no database can hold names nothing. */
function refuseOdd({ params, query }: FastifyRequest): void {
  for (const part of Object.values({ ...(params as object), ...(query as object) }))
    if (typeof part !== 'string' || !isStorable(part) || part.length > 300) throw new Problem('not_found')
}

function bodyOf<S extends z.ZodType>(schema: S, { body }: FastifyRequest): z.output<S> {
  const result = schema.safeParse(body ?? {})
  if (!result.success) throw new Problem('invalid_request', { errors: placesOf(result.error, '') })
  return result.data
}
