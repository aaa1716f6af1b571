import type { Answer, Response } from '@carillon/http2-sender'
import { targetRefusedCode } from '../../00-kernel/safe-target.ts'
import type { Verdict, VerdictClass } from '../channel.ts'
import { retryAfterMs } from '../retry-after.ts'
import { shortDetail, transportVerdict } from '../transport-verdict.ts'

/** What one answer of WNS means. `now` is epoch milliseconds. */
export function verdictOf(answer: Answer, now: number): Verdict {
  if ('failure' in answer) {
    const verdict = transportVerdict(answer)
    return answer.code === targetRefusedCode ? { ...verdict, class: 'target_refused' } : verdict
  }
  const { status, headers } = answer
  const says = (headers['x-wns-status'] ?? headers['x-wns-notificationstatus'])?.toLowerCase()
  const verdictClass = classOf(answer, says)
  const providerId = headers['x-wns-msg-id']
  if (verdictClass === 'accepted') return { class: verdictClass, status, code: null, providerId }
  return {
    class: verdictClass,
    status,
    // Every refusal says "dropped" too; then the status says more.
    code: says === undefined || (says === 'dropped' && status >= 300) ? `http_${status}` : says,
    providerId,
    detail: detailOf(headers),
    retryAfterMs: retryAfterMs(headers['retry-after'], now),
  }
}

function classOf({ status, headers }: Response, says: string | undefined): VerdictClass {
  if (status >= 200 && status < 300) return classOfSuccess(says)
  switch (status) {
    case 401:
      return 'auth_refresh'
    case 403:
      // The channel was made by another app than the one that this client id stands for.
      return 'token_wrong_context'
    case 404:
      return 'token_dead'
    case 410:
      return isDomainBlocked(headers) ? 'auth_broken' : 'token_dead'
    case 406:
    case 429:
      return says === 'channelthrottled' ? 'throttle_target' : 'throttle_project'
    case 503:
      // Asking for a pause of all, it means us; without, it is in trouble itself.
      return headers['retry-after'] === undefined ? 'retry' : 'throttle_project'
    default:
      return status >= 500 || status === 408 ? 'retry' : 'message_bad'
  }
}

function classOfSuccess(says: string | undefined): VerdictClass {
  if (says === 'dropped') return 'dropped'
  return says === 'channelthrottled' ? 'throttle_target' : 'accepted'
}

/** The same 410 as for an expired channel: WNS tells the two apart in words alone, so these words are a code. */
function isDomainBlocked(headers: Response['headers']): boolean {
  return /domain\s*blocked/i.test(headers['x-wns-error-description'] ?? '')
}

/** What Microsoft asks for when a problem is reported to it. */
function detailOf(headers: Response['headers']): string | undefined {
  const parts = ['x-wns-error-description', 'x-wns-debug-trace', 'ms-cv'].map((name) => headers[name])
  return shortDetail(parts.filter(Boolean).join('; ')) || undefined
}
