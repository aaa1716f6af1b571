/**
 * The catalogue of problems: everything a caller can be told. `docs/reference/errors.md` is written from it.
 * A code is stable; the sentence says what to do.
 */
export const problems = {
  malformed_request: { status: 400, title: 'The request is not HTTP as RFC 9112 describes it.' },
  malformed_json: { status: 400, title: 'The body is not valid JSON.' },
  invalid_request: { status: 422, title: 'Some fields are missing, wrong or unknown; see errors.' },
  invalid_cursor: { status: 400, title: 'The cursor is not one that we issued; start without it.' },
  invalid_idempotency_key: { status: 400, title: 'Idempotency-Key takes 1 to 255 visible ASCII characters.' },
  idempotency_key_in_use: {
    status: 409,
    title: 'A request with this Idempotency-Key is still running; try again.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'This Idempotency-Key was used with another body; take a new key for a new request.',
  },
  unauthenticated: { status: 401, title: 'Send a valid key as "Authorization: Bearer <key>", or sign in.' },
  forbidden: { status: 403, title: 'This key may not do that; see detail for the scope it lacks.' },
  identity_required: { status: 403, title: 'This app asks for a signed user token to claim a person.' },
  identity_invalid: { status: 403, title: 'The signed user token is not valid for this person.' },
  secret_unreadable: {
    status: 409,
    title:
      'What this needs was sealed with another SECRET_KEY: start with that key again, or enter the secret anew (for an Idempotency-Key, take a new one).',
  },
  not_found: { status: 404, title: 'There is no such thing here.' },
  method_not_allowed: { status: 405, title: 'This address does not take that method; see Allow.' },
  ambiguous: { status: 409, title: 'More than one matches; name one of the candidates by id.' },
  conflict: { status: 409, title: 'The present state does not allow that; see detail.' },
  already_exists: { status: 409, title: 'There is one already with this unique value; see detail.' },
  offset_expired: {
    status: 410,
    title: 'The event log does not reach back that far any more; start from earliest and mind the gap.',
  },
  body_too_large: { status: 413, title: 'The body is larger than this address takes.' },
  unsupported_media_type: { status: 415, title: 'Send application/json.' },
  invalid_credential: { status: 422, title: 'The credential cannot be used; see errors for the field.' },
  invalid_segment: { status: 422, title: 'The segment cannot be evaluated; see errors for the place.' },
  invalid_content: { status: 422, title: 'The content cannot be sent; see errors for the place.' },
  audience_too_large: {
    status: 422,
    title: 'More people match than confirm_audience_at_most allows; nothing was sent.',
  },
  payload_too_large: { status: 422, title: 'The content alone exceeds what a provider accepts.' },
  request_timeout: { status: 408, title: 'The request did not arrive in time; send it again.' },
  headers_too_large: { status: 431, title: 'The address and the headers together exceed 16 KiB.' },
  rate_limited: { status: 429, title: 'Too many requests; wait as Retry-After says.' },
  internal: { status: 500, title: 'Something broke on our side; the request id finds it in the logs.' },
  unavailable: { status: 503, title: 'Not ready; try again as Retry-After says.' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof problems

/** One place in the request that is wrong: a JSON pointer (RFC 6901) into the body, or `?name` for a query field. */
export interface ProblemPlace {
  pointer: string
  code: string
  detail: string
  /** Where in the text at `pointer` the fault is: UTF-16 units from 0. */
  position?: number
}

/** RFC 9457 problem details as this API answers them. */
export interface ProblemBody {
  type: string
  title: string
  status: number
  code: ProblemCode
  detail?: string
  instance?: string
  request_id: string
  errors?: ProblemPlace[]
  retryable: boolean
  retry_after_s?: number
  [extra: string]: unknown
}
