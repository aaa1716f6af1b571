import { type ProblemCode, type ProblemPlace, problems } from '@carillon/contract'

export interface ProblemDetails {
  detail?: string
  errors?: ProblemPlace[]
  retryAfterSeconds?: number
  /** Further members of the answer, such as `candidates`. */
  extra?: Record<string, unknown>
}

/** The caller's fault, from the catalogue; only 99-http turns it into an answer. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly details: ProblemDetails

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    super(details.detail ?? details.errors?.[0]?.detail ?? problems[code].title)
    this.name = 'Problem'
    this.code = code
    this.status = problems[code].status
    this.details = details
  }
}

/** A problem about one field of the body; `pointer` is a JSON pointer such as `/key_id`. */
export function fieldProblem(
  code: ProblemCode,
  pointer: string,
  detail: string,
  errorCode = 'invalid',
): Problem {
  return new Problem(code, { errors: [{ pointer, code: errorCode, detail }] })
}
