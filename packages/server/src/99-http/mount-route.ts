import type { Endpoint } from '@carillon/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { type Call, type Db, Problem, type Route, type Store, type Vault } from '../00-kernel/index.ts'
import type { CorsLists } from '../10-access/index.ts'
import {
  checkIdempotencyKey,
  claimKey,
  findAnswer,
  fingerprintOf,
  type IdempotentRequest,
  type StoredAnswer,
  storeAnswer,
} from '../20-ingest/index.ts'
import { type AuditTrail, auditTrails } from './audit-trail.ts'
import { closeToOthers } from './cors.ts'
import type { Identify } from './identify.ts'
import { isStorable } from './json-body.ts'
import { placesOf } from './problem-answer.ts'
import { type RateLimiter, ratePolicies } from './rate-limit.ts'
import { sendText } from './send-text.ts'
import { eventStream, sendEvents } from './server-sent-events.ts'

type Handled = Call<Endpoint, Db>
interface Answer {
  status: number
  body: string
}

export interface MountDeps {
  store: Store
  vault: Vault
  identify: Identify
  limiter: RateLimiter
  corsLists: CorsLists
  /** The GET of an address. */
  readingOf: (path: string) => Route | undefined
}

/** Registers one route with everything that holds for all of them. */
export function mountRoute(
  app: FastifyInstance,
  route: Route,
  { store, vault, identify, limiter, corsLists, readingOf }: MountDeps,
): void {
  const { endpoint } = route
  const trailOf = auditTrails(route, readingOf(endpoint.path))
  app.route({
    method: endpoint.method,
    url: endpoint.path.replace(/\{([^}]+)\}/g, ':$1'),
    ...(endpoint.bodyLimit ? { bodyLimit: endpoint.bodyLimit } : {}),
    // Whoever may not call is told so before the body is read.
    onRequest: async (request, reply) => {
      const caller = await identify(request, endpoint.access).catch((error) => {
        if (error instanceof Problem && error.code === 'unauthenticated')
          limiter.take(ratePolicies.anonymous, request.ip, reply)
        throw error
      })
      if (caller.kind !== 'anonymous')
        await closeToOthers(request, reply, { lists: corsLists, workspaceId: caller.workspaceId })
      limiter.take(ratePolicies.default, caller.id, reply)
      request.caller = caller
    },
    handler: async (request, reply) => {
      const call = validCall(endpoint, request, store.db)
      if (route.kind === 'stream') return sendStream(route, call, request, reply)
      const { status, body } = await (route.kind === 'read'
        ? answerFromSnapshot(route, call)
        : change(
            { route, call, store, trail: trailOf(call, request) },
            idempotentRequest(endpoint, call, request, vault),
            reply,
          ))
      // Keys and apps decide who may call, and settings from where.
      if (route.kind !== 'read' && ['Access', 'Apps'].includes(endpoint.tag)) identify.forget()
      if (route.kind !== 'read' && endpoint.tag === 'Settings') corsLists.forget()
      reply.code(status)
      return status === 204 ? reply.send() : reply.type('application/json').send(body)
    },
  })
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Handled['caller']
  }
}

function sendStream(
  { endpoint, handle }: Route,
  call: Handled,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const source = (signal: AbortSignal) => handle({ ...call, signal } as never) as AsyncIterable<string>
  const { contentType = eventStream } = endpoint
  if (contentType === eventStream) return sendEvents(request, reply, source)
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return sendText(request, reply, { contentType, source: source(gone.signal) })
}

function validCall(endpoint: Endpoint, request: FastifyRequest, db: Db): Handled {
  return {
    params: parse(endpoint.params, request.params, ':'),
    query: parse(endpoint.query, request.query, '?'),
    body: endpoint.body ? parse(endpoint.body, request.body, '') : refuseBody(request.body),
    caller: request.caller,
    db,
    requestId: request.id,
    path: request.url,
    header: (name: string) => {
      const value = request.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
    signal: AbortSignal.any([]),
    audit: async () => {},
    setStatus: () => {},
  } as Handled
}

function parse(schema: z.ZodType | undefined, input: unknown, place: '' | '?' | ':'): unknown {
  if (place !== '') refuseUnstorable(input as Record<string, unknown>, place)
  if (!schema) return undefined
  const result = schema.safeParse(input)
  if (result.success) return result.data
  // An id that cannot be one names nothing.
  if (place === ':') throw new Problem('not_found')
  if (place === '?' && result.error.issues.every((issue) => issue.path[0] === 'cursor'))
    throw new Problem('invalid_cursor')
  throw new Problem('invalid_request', { errors: placesOf(result.error, place) })
}

function refuseUnstorable(input: Record<string, unknown>, place: '?' | ':'): void {
  for (const [name, value] of Object.entries(input ?? {})) {
    if (!isStorable(String(value)))
      throw new Problem('invalid_request', {
        errors: [
          { pointer: place + name, code: 'invalid_text', detail: 'holds a NUL or half a surrogate pair' },
        ],
      })
  }
}

function refuseBody(body: unknown): undefined {
  if (body === undefined || body === null) return undefined
  const keys = typeof body === 'object' ? Object.keys(body) : ['']
  if (keys.length === 0) return undefined
  throw new Problem('invalid_request', {
    errors: keys
      .slice(0, 50)
      .map((key) => ({ pointer: `/${key}`, code: 'unknown_field', detail: 'this address takes no body' })),
  })
}

/**
 * Reads from one snapshot, so that numbers that belong together agree; and in the embedded database they wait for
 * their turn once.
 */
function answerFromSnapshot(route: Route, call: Handled): Promise<Answer> {
  return call.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((db) => answer(route, { ...call, db }))
}

async function answer(route: Route, call: Handled): Promise<Answer & { value: unknown }> {
  let status: number = route.endpoint.status
  const value = await (route.handle({
    ...call,
    setStatus: (other: number) => {
      status = other
    },
  } as never) as Promise<unknown>)
  return { status, body: value === undefined ? '' : JSON.stringify(value), value }
}

interface Change {
  route: Route
  call: Handled
  store: Store
  trail: AuditTrail
}

/** A change runs once per idempotency key and is told to the audit; with no key it just runs. */
async function change(
  { route, call, store, trail }: Change,
  keyed: IdempotentRequest | null,
  reply: FastifyReply,
): Promise<Answer> {
  const replay = (stored: StoredAnswer): Answer => {
    reply.headers({ 'idempotent-replayed': 'true', 'original-request-id': stored.originalRequestId })
    return stored
  }
  if (route.kind === 'untied') {
    const stored = keyed && (await findAnswer(store.db, keyed))
    if (stored) return replay(stored)
    await trail.look(store.db)
    const result = await answer(route, { ...call, audit: (tx) => trail.record(tx) })
    if (!trail.isDone) await store.db.transaction().execute((tx) => trail.record(tx, result))
    if (keyed) await storeAnswer(store.db, keyed, result.status, result.body)
    return result
  }
  return store.db.transaction().execute(async (tx) => {
    const stored = keyed && (await claimKey(tx, keyed))
    if (stored) return replay(stored)
    await trail.look(tx)
    const result = await answer(route, { ...call, db: tx })
    await trail.record(tx, result)
    if (keyed) await storeAnswer(tx, keyed, result.status, result.body)
    return result
  })
}

function idempotentRequest(
  endpoint: Endpoint,
  call: Handled,
  request: FastifyRequest,
  vault: Vault,
): IdempotentRequest | null {
  const key = request.headers['idempotency-key']
  if (key === undefined || endpoint.method !== 'POST' || call.caller.kind === 'anonymous') return null
  checkIdempotencyKey(String(key))
  return {
    caller: call.caller,
    route: `${endpoint.method} ${endpoint.path}`,
    key: String(key),
    fingerprint: fingerprintOf(request.url, JSON.stringify(request.body ?? null)),
    requestId: request.id,
    vault: endpoint.isSecret ? vault : null,
  }
}
