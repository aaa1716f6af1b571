import type { Answer, Response } from '@carillon/http2-sender'
import { targetRefusedCode } from '../../00-kernel/safe-target.ts'
import type { Verdict, VerdictClass } from '../channel.ts'
import { retryAfterMs } from '../retry-after.ts'
import { shortDetail, transportVerdict } from '../transport-verdict.ts'

/** What an answer alone does not tell. */
export interface AnswerContext {
  /** Epoch milliseconds. */
  now: number
  /** A push service that we know or that the operator listed; an endpoint may name any other host as well. */
  isTrusted: boolean
  /** This service took another message under the same VAPID token. */
  keyWasAccepted: boolean
}

/** What one answer of a push service means. */
export function verdictOf(answer: Answer, context: AnswerContext): Verdict {
  if ('failure' in answer) {
    const verdict = transportVerdict(answer)
    return answer.code === targetRefusedCode ? { ...verdict, class: 'target_refused' } : verdict
  }
  const words = wordsOf(answer)
  const verdictClass = classOf(answer.status, words, context)
  if (verdictClass === 'accepted') {
    return { class: verdictClass, status: answer.status, code: null, providerId: answer.headers.location }
  }
  return {
    class: verdictClass,
    status: answer.status,
    code: words.code ?? `http_${answer.status}`,
    detail: words.detail,
    retryAfterMs:
      words.code === autopushRetryNow ? 0 : retryAfterMs(answer.headers['retry-after'], context.now),
  }
}

/** Whether a push service took the message. */
export function isAccepted(answer: Answer | Verdict): boolean {
  return 'headers' in answer && answer.status >= 200 && answer.status < 300
}

/** 503 with this `errno`: the message may be sent again at once, whatever Retry-After says. */
const autopushRetryNow = 'errno_202'

/** Words of a service that say more than its status. */
const classOfCode = new Map<string | undefined, VerdictClass>([
  // Apple, with 400 or 403: the subscription was made under another key.
  ['VapidPkHashMismatch', 'token_wrong_context'],
  // Apple, with 403: our clock or our subject.
  ['BadJwtToken', 'auth_broken'],
  ['ExpiredJwtToken', 'auth_broken'],
  // Microsoft: in a success, and with 406 or 429.
  ['dropped', 'dropped'],
  ['channelthrottled', 'throttle_target'],
  ['appthrottled', 'throttle_project'],
])

function classOf(status: number, words: Words, context: AnswerContext): VerdictClass {
  const known = classOfCode.get(words.code) ?? classOfStatus(status, context)
  if (context.isTrusted) return known
  // A stranger's host must not be able to stop the app's whole lane.
  if (known === 'auth_broken') return 'token_wrong_context'
  return known === 'throttle_project' ? 'throttle_target' : known
}

function classOfStatus(status: number, { keyWasAccepted }: AnswerContext): VerdictClass {
  if (status >= 500) return 'retry'
  if (status >= 200 && status < 300) return 'accepted'
  switch (status) {
    case 404:
    case 410:
      return 'token_dead'
    case 401:
    case 403:
      // Services say "other key than at subscription" and "bad key" alike; what they took tells them apart.
      return keyWasAccepted ? 'token_wrong_context' : 'auth_broken'
    case 406:
      return 'throttle_project'
    case 408:
      return 'retry'
    case 429:
      return 'throttle_target'
    default:
      // Also redirections, which are not followed: the new place was never checked.
      return 'message_bad'
  }
}

interface Words {
  code?: string
  detail?: string
}

/** Mozilla answers JSON with `errno`, Apple JSON with `reason`, Microsoft in headers alone, Google plain text. */
function wordsOf({ status, headers, body }: Response): Words {
  const microsoft = headers['x-wns-status'] ?? headers['x-wns-notificationstatus']
  if (microsoft !== undefined) {
    // Every refusal says "dropped"; only where the status itself says less is that the reason.
    const code = status < 300 || status === 406 || status === 429 ? microsoft.toLowerCase() : undefined
    return { code, detail: microsoftDetail(headers) }
  }
  const { errno, reason, message } = status < 400 ? {} : readJson(body)
  const code = typeof errno === 'number' ? `errno_${errno}` : textOf(reason)
  return { code, detail: shortDetail(textOf(message) ?? body) || undefined }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 100) : undefined
}

function microsoftDetail(headers: Response['headers']): string | undefined {
  const parts = ['x-wns-error-description', 'x-wns-debug-trace', 'ms-cv'].map((name) => headers[name])
  return shortDetail(parts.filter(Boolean).join('; ')) || undefined
}

function readJson(body: string): { errno?: unknown; reason?: unknown; message?: unknown } {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
