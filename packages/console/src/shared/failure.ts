import type { ProblemBody, ProblemPlace } from '@carillon/contract'

/** The server refused, and says what to do. */
export class ProblemError extends Error {
  readonly problem: ProblemBody

  constructor(problem: ProblemBody) {
    super(problem.detail ?? problem.title)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

/** No answer, or one that is not ours: the network, a proxy, a server that is starting. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** A failed call as people see it. */
interface Failure {
  /** A problem code of the contract, or `unreachable`, or `unexpected` for a fault of this page. */
  code: string
  title: string
  detail?: string
  requestId?: string
  retryable: boolean
  places: readonly ProblemPlace[]
}

export function describeFailure(error: unknown): Failure {
  if (error instanceof ProblemError) {
    const { code, title, detail, request_id, retryable, errors } = error.problem
    return { code, title, detail, requestId: request_id, retryable: retryable ?? false, places: errors ?? [] }
  }
  if (error instanceof UnreachableError) {
    return { code: 'unreachable', title: error.message, retryable: true, places: [] }
  }
  return {
    code: 'unexpected',
    title: 'This page broke.',
    detail: String(error),
    retryable: false,
    places: [],
  }
}

/** `/overrides/apns/badge` becomes `overrides.apns.badge`, as form fields are named. */
function fieldOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.')
}

/** The sentence for each field that the server refused; several for one field are joined. */
export function fieldErrors(error: unknown): Record<string, string> {
  const sentences: Record<string, string> = {}
  for (const { pointer, detail } of describeFailure(error).places) {
    const field = fieldOf(pointer)
    sentences[field] = sentences[field] ? `${sentences[field]}; ${detail}` : detail
  }
  return sentences
}
