import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import {
  type Endpoint,
  type ProblemBody,
  type ProblemCode,
  type ProblemPlace,
  problems,
} from '@carillon/contract'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { newId, Problem } from '../00-kernel/index.ts'

const retryable = new Set<ProblemCode>([
  'request_timeout',
  'idempotency_key_in_use',
  'rate_limited',
  'unavailable',
  'internal',
])

/** Answers any error as RFC 9457 problem details; what is not a Problem is ours, and only its id is told. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error)
  if (problem.code === 'internal')
    request.log.error({ err: error, requestId: request.id, url: request.routeOptions.url }, 'request failed')
  const { retryAfterSeconds } = problem.details
  if (retryAfterSeconds) reply.header('retry-after', String(retryAfterSeconds))
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(bodyOf(problem, request.id)))
}

/**
 * Answers what Node refuses before there is a request: bytes that are no HTTP, headers that do not end, a body
 * that does not come. The connection is of no further use.
 */
export function refuseBytes(error: NodeJS.ErrnoException, socket: Socket): void {
  // A connection that was reset takes no answer.
  if (error.code !== 'ECONNRESET' && socket.writable) {
    const requestId = newId()
    const problem = new Problem(nodeProblems[error.code ?? ''] ?? 'malformed_request')
    const body = JSON.stringify(bodyOf(problem, requestId))
    socket.write(
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nContent-Type: application/problem+json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nX-Request-Id: ${requestId}\r\nConnection: close\r\n\r\n${body}`,
    )
  }
  socket.destroy(error)
}

const nodeProblems: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

function bodyOf(problem: Problem, requestId: string): ProblemBody {
  const { detail, errors, retryAfterSeconds, extra } = problem.details
  return {
    type: `/docs/errors#${problem.code}`,
    title: problems[problem.code].title,
    status: problem.status,
    code: problem.code,
    ...(detail ? { detail } : {}),
    instance: `urn:request:${requestId}`,
    request_id: requestId,
    ...(errors ? { errors } : {}),
    retryable: retryable.has(problem.code),
    ...(retryAfterSeconds ? { retry_after_s: retryAfterSeconds } : {}),
    ...extra,
  }
}

/** Fastify's own refusals, by their code; the rest is ours. */
const fastifyProblems: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_json',
  FST_ERR_BAD_URL: 'not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { code, statusCode } = error as FastifyError
  const known = fastifyProblems[code]
  if (known) return new Problem(known)
  // Too many connections, or a database that is away: the caller may come again.
  if (statusCode === 503) return new Problem('unavailable', { retryAfterSeconds: 5 })
  return new Problem('internal')
}

/** Zod's issues as places in the request; `prefix` is `''` for the body, `?` for the query, `:` for the path. */
export function placesOf(error: z.ZodError, prefix: '' | '?' | ':'): ProblemPlace[] {
  return error.issues.flatMap((issue) => issuePlaces(issue as Issue, prefix)).slice(0, 50)
}

interface Issue {
  code: string
  path: PropertyKey[]
  message: string
  keys?: string[]
  errors?: Issue[][]
}

function issuePlaces(issue: Issue, prefix: '' | '?' | ':', base: PropertyKey[] = []): ProblemPlace[] {
  const path = [...base, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((key) => ({
      pointer: pointerOf([...path, key], prefix),
      code: 'unknown_field',
      detail: 'is not a field here',
    }))
  }
  // Of a union's branches the one that got furthest says most.
  const branches = issue.errors?.filter((branch) => branch.length > 0) ?? []
  const [best] = branches.sort((a, b) => mismatch(a) - mismatch(b))
  if (issue.code === 'invalid_union' && best) return best.flatMap((inner) => issuePlaces(inner, prefix, path))
  return [{ pointer: pointerOf(path, prefix), code: issue.code, detail: issue.message }]
}

/** How little a branch fits: a wrong discriminator or type at its top counts most. */
function mismatch(branch: Issue[]): number {
  return branch.reduce(
    (sum, issue) =>
      sum +
      (issue.code === 'invalid_value' ? 5 : 1) +
      (issue.path.length === 0 && issue.code === 'invalid_type' ? 10 : 0) +
      (issue.keys?.length ?? 0),
    0,
  )
}

function pointerOf(path: PropertyKey[], prefix: '' | '?' | ':'): string {
  const parts = path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'))
  return prefix === '' ? parts.map((part) => `/${part}`).join('') : prefix + parts.join('/')
}

/** For a path, the methods that some endpoint takes there. */
export function methodsOf(endpoints: readonly Endpoint[]): (url: string) => string[] {
  const patterns = endpoints.map(({ path, method }) => ({
    method,
    pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }))
  return (url) => {
    const path = url.split('?', 1)[0] ?? ''
    return [...new Set(patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))]
  }
}
