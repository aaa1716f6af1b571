import type { WnsCredential } from '@carillon/contract'
import type { Answer } from '@carillon/http2-sender'
import type { LaneOptions } from '../channel.ts'
import { openSender } from '../open-sender.ts'
import {
  createProviderToken,
  type IssuedToken,
  type ProviderToken,
  type TokenRefusal,
} from '../provider-token.ts'
import { retryAfterMs } from '../retry-after.ts'
import { shortDetail } from '../transport-verdict.ts'

export interface EntraToken extends ProviderToken, AsyncDisposable {}

/** The access token of an app registration for WNS (OAuth 2.0 client credentials, RFC 6749, section 4.4). */
export function openEntraToken(credential: WnsCredential, options: LaneOptions): EntraToken {
  const { now, endpoints } = options
  const { origin } = new URL(endpoints.wnsToken)
  const sender = openSender(options, { origin, protocols: ['h2', 'http/1.1'] })
  const request = tokenRequest(credential)
  const issue = async () => {
    const [answer] = await sender.send([request])
    return readTokenAnswer(answer as Answer, now())
  }
  return {
    ...createProviderToken({ now, issue }),
    [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
  }
}

function tokenRequest({ tenant_id, client_id, client_secret }: WnsCredential) {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id,
    client_secret,
    scope: 'https://wns.windows.com/.default',
  })
  return {
    path: `/${tenant_id}/oauth2/v2.0/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
  }
}

/** Entra's answer: a token, or whose fault it is that there is none. */
export function readTokenAnswer(answer: Answer, nowMs: number): IssuedToken | TokenRefusal {
  if ('failure' in answer) return { refused: 'retry', status: null, code: answer.code }
  const { access_token, expires_in, error, error_description } = readJson(answer.body)
  if (answer.status === 200 && typeof access_token === 'string') {
    return { value: access_token, expiresAtMs: nowMs + lifeSeconds(expires_in) * 1000 }
  }
  return {
    refused: isOurFault(answer.status, error) ? 'auth_broken' : 'retry',
    status: answer.status,
    code: typeof error === 'string' ? error : `http_${answer.status}`,
    detail: typeof error_description === 'string' ? shortDetail(error_description) : undefined,
    retryAfterMs: retryAfterMs(answer.headers['retry-after'], nowMs),
  }
}

/** Refused for good, so that trying again only makes it worse: RFC 6749, section 5.2, and any other 4xx. */
function isOurFault(status: number, error: unknown): boolean {
  const passing = status === 408 || status === 429 || error === 'temporarily_unavailable'
  return status >= 400 && status < 500 && !passing
}

/** Entra gives 24 hours for WNS; an answer without a number is used for a minute. */
function lifeSeconds(expiresIn: unknown): number {
  const seconds = Number(expiresIn)
  return seconds > 0 ? seconds : 60
}

function readJson(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
