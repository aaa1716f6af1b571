import type { Answer } from '@carillon/http2-sender'
import type { Verdict, VerdictClass } from '../channel.ts'
import { retryAfterMs } from '../retry-after.ts'
import { shortDetail, transportVerdict } from '../transport-verdict.ts'

/**
 * Twilio's error codes (twilio.com/docs/api/errors), in an answer or in a later report. Where a region, a route or a
 * filter stands in the way it fails this one message: other numbers of the same account are reached all the same.
 */
const twilioCodes: Record<number, VerdictClass> = {
  // The number is none, is a landline, is unknown.
  21211: 'token_dead',
  21614: 'token_dead',
  30005: 'token_dead',
  30006: 'token_dead',
  21610: 'opted_out',
  // Region switched off, no route, filtered by the carrier.
  21408: 'message_bad',
  21612: 'message_bad',
  30007: 'message_bad',
  // Our own number or brand is not registered (10DLC), is not ours, or is missing.
  30034: 'auth_broken',
  21212: 'auth_broken',
  21603: 'auth_broken',
  21606: 'auth_broken',
  20003: 'auth_broken',
  20404: 'auth_broken',
  // Account suspended; queue full; unreachable; unknown.
  30002: 'auth_broken',
  30001: 'retry',
  30003: 'retry',
  30008: 'retry',
  20429: 'retry',
  // The sender's queue holds no more.
  21611: 'throttle_project',
  30036: 'dropped',
}

/** What a code of Twilio's means; undefined for one that is not known here. */
export function classOfTwilioCode(code: number): VerdictClass | undefined {
  return twilioCodes[code]
}

/** What one answer of Twilio means. `now` is epoch milliseconds. */
export function verdictOfTwilio(answer: Answer, now: number): Verdict {
  if ('failure' in answer) return transportVerdict(answer)
  const { status, headers } = answer
  const { sid, code, message } = readObject(answer.body)
  if (status === 201 || status === 200)
    return { class: 'accepted', status, code: null, providerId: typeof sid === 'string' ? sid : undefined }
  const known = typeof code === 'number' ? twilioCodes[code] : undefined
  return {
    class: known ?? classOfStatus(status),
    status,
    code: typeof code === 'number' ? String(code) : `http_${status}`,
    detail: typeof message === 'string' ? shortDetail(message) : undefined,
    retryAfterMs: retryAfterMs(headers['retry-after'], now),
  }
}

function classOfStatus(status: number): VerdictClass {
  if (status === 401 || status === 403 || status === 404) return 'auth_broken'
  return status >= 500 || status === 429 || status === 408 ? 'retry' : 'message_bad'
}

function readObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

interface CommandStatus {
  name: string
  class: VerdictClass
}

/** SMPP 3.4, section 5.1.3. A status that is not known here fails the message and keeps the number. */
const commandStatuses: Record<number, CommandStatus> = {
  0: { name: 'ESME_ROK', class: 'accepted' },
  1: { name: 'ESME_RINVMSGLEN', class: 'message_bad' },
  2: { name: 'ESME_RINVCMDLEN', class: 'message_bad' },
  3: { name: 'ESME_RINVCMDID', class: 'message_bad' },
  // Not bound, or not as a transmitter: binding again helps.
  4: { name: 'ESME_RINVBNDSTS', class: 'retry' },
  5: { name: 'ESME_RALYBND', class: 'retry' },
  8: { name: 'ESME_RSYSERR', class: 'retry' },
  10: { name: 'ESME_RINVSRCADR', class: 'auth_broken' },
  11: { name: 'ESME_RINVDSTADR', class: 'token_dead' },
  13: { name: 'ESME_RBINDFAIL', class: 'auth_broken' },
  14: { name: 'ESME_RINVPASWD', class: 'auth_broken' },
  15: { name: 'ESME_RINVSYSID', class: 'auth_broken' },
  20: { name: 'ESME_RMSGQFUL', class: 'retry' },
  51: { name: 'ESME_RINVNUMDESTS', class: 'message_bad' },
  52: { name: 'ESME_RINVDLNAME', class: 'message_bad' },
  64: { name: 'ESME_RINVDESTFLAG', class: 'message_bad' },
  66: { name: 'ESME_RINVSUBREP', class: 'message_bad' },
  67: { name: 'ESME_RINVESMCLASS', class: 'message_bad' },
  68: { name: 'ESME_RCNTSUBDL', class: 'message_bad' },
  69: { name: 'ESME_RSUBMITFAIL', class: 'message_bad' },
  72: { name: 'ESME_RINVSRCTON', class: 'auth_broken' },
  73: { name: 'ESME_RINVSRCNPI', class: 'auth_broken' },
  80: { name: 'ESME_RINVDSTTON', class: 'message_bad' },
  81: { name: 'ESME_RINVDSTNPI', class: 'message_bad' },
  83: { name: 'ESME_RINVSYSTYP', class: 'auth_broken' },
  88: { name: 'ESME_RTHROTTLED', class: 'retry' },
  97: { name: 'ESME_RINVSCHED', class: 'message_bad' },
  98: { name: 'ESME_RINVEXPIRY', class: 'message_bad' },
  100: { name: 'ESME_RX_T_APPN', class: 'retry' },
  101: { name: 'ESME_RX_P_APPN', class: 'message_bad' },
  102: { name: 'ESME_RX_R_APPN', class: 'message_bad' },
}

/** Those that say "slower". */
export const slowDown: ReadonlySet<number> = new Set([0x08, 0x14, 0x58, 0x64])

/** What the answer to a bind or a submit means. */
export function verdictOfSmpp(commandStatus: number, messageId?: string): Verdict {
  const known = commandStatuses[commandStatus]
  if (known?.class === 'accepted')
    return { class: 'accepted', status: null, code: null, ...(messageId ? { providerId: messageId } : {}) }
  const number = `0x${commandStatus.toString(16).toUpperCase().padStart(2, '0')}`
  return {
    class: known?.class ?? 'message_bad',
    status: null,
    code: known?.name ?? number,
    detail: `command_status ${number}`,
  }
}

/** As `verdictOfSmpp`, for a bind: whatever is refused there is the account's fault, not a message's. */
export function verdictOfBind(commandStatus: number): Verdict {
  const verdict = verdictOfSmpp(commandStatus)
  return verdict.class === 'retry' ? verdict : { ...verdict, class: 'auth_broken' }
}
