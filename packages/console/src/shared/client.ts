import type { AnswerOf, BodyInputOf, Endpoint, ParamsOf, ProblemBody, QueryInputOf } from '@carillon/contract'
import { ProblemError, UnreachableError } from './failure.ts'
import { isObject } from './json-text.ts'

// An endpoint without params, query or body takes none of them; one whose fields are all optional may leave it out.
type Part<Name extends string, Value> = [Value] extends [undefined]
  ? unknown
  : Partial<Value> extends Value
    ? { [N in Name]?: Value }
    : { [N in Name]: Value }

export type CallInput<E> = Part<'params', ParamsOf<E>> &
  Part<'query', QueryInputOf<E>> &
  Part<'body', BodyInputOf<E>>

export interface CallOptions {
  signal?: AbortSignal
  /** Makes a repeated click the same request (`Idempotency-Key`). */
  idempotencyKey?: string
}

interface LooseInput {
  params?: Readonly<Record<string, unknown>>
  query?: Readonly<Record<string, unknown>>
  body?: unknown
}

/**
 * Calls one operation of the contract on this origin with the session cookie.
 * Rejects with `ProblemError` when the server refuses and with `UnreachableError` when there is no answer of ours.
 */
export async function call<E extends Endpoint>(
  endpoint: E,
  input: CallInput<E>,
  options: CallOptions = {},
): Promise<AnswerOf<E>> {
  const { params, query, body } = input as LooseInput
  return (await request(endpointUrl(endpoint, params, query), {
    method: endpoint.method,
    ...(body === undefined ? {} : { body }),
    ...options,
  })) as AnswerOf<E>
}

/** `/v1/apps/{id}` with its placeholders and query filled in; undefined query fields are left out. */
export function endpointUrl(
  endpoint: Pick<Endpoint, 'path'>,
  params: LooseInput['params'] = {},
  query: LooseInput['query'] = {},
): string {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined) throw new Error(`${endpoint.path} needs ${name}`)
    return encodeURIComponent(String(value))
  })
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

/** One JSON request; also for the sandbox control API, which the contract does not hold. */
export async function request(
  url: string,
  { method, body, signal, idempotencyKey }: { method: string; body?: unknown } & CallOptions,
): Promise<unknown> {
  const response = await fetch(url, {
    method,
    signal,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause
    throw new UnreachableError('The server did not answer.', { cause })
  })
  if (response.status === 204) return undefined
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok) return answer
  if (isProblem(answer)) throw new ProblemError(answer)
  throw new UnreachableError(
    plainDetail(answer) ?? `The server answered ${response.status} without saying why.`,
  )
}

/** The sandbox tells of its refusals in a `detail` alone. */
function plainDetail(answer: unknown): string | undefined {
  return isObject(answer) && typeof answer.detail === 'string' ? answer.detail : undefined
}

function isProblem(answer: unknown): answer is ProblemBody {
  return isObject(answer) && 'code' in answer && 'title' in answer
}
