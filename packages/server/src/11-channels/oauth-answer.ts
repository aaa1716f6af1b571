import type { Answer } from '@carillon/http2-sender'
import type { IssuedToken, TokenRefusal } from './provider-token.ts'
import { retryAfterMs } from './retry-after.ts'
import { shortDetail } from './transport-verdict.ts'

/** What a token endpoint answered (RFC 6749, section 5): a token, or whose fault it is that there is none. */
export function readOauthAnswer(answer: Answer, nowMs: number): IssuedToken | TokenRefusal {
  if ('failure' in answer) return { refused: 'retry', status: null, code: answer.code }
  const { access_token, expires_in, error, error_description } = jsonFields(answer.body)
  if (answer.status === 200 && typeof access_token === 'string') {
    return { value: access_token, expiresAtMs: nowMs + lifeSeconds(expires_in) * 1000 }
  }
  return {
    refused: isOurFault(answer.status, error) ? 'auth_broken' : 'retry',
    status: answer.status,
    code: typeof error === 'string' ? error : `HTTP_${answer.status}`,
    detail: typeof error_description === 'string' ? shortDetail(error_description) : undefined,
    retryAfterMs: retryAfterMs(answer.headers['retry-after'], nowMs),
  }
}

/** Refused for good: any 4xx that is not about load (RFC 6749, section 5.2). */
function isOurFault(status: number, error: unknown): boolean {
  const isPassing = status === 408 || status === 429 || error === 'temporarily_unavailable'
  return status >= 400 && status < 500 && !isPassing
}

/** An answer without a usable number is used for a minute. */
function lifeSeconds(expiresIn: unknown): number {
  const seconds = Number(expiresIn)
  return seconds > 0 ? seconds : 60
}

/** The members of a JSON object; none for anything else, such as the HTML page of a proxy. */
export function jsonFields(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
