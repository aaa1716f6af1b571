import type { Verdict, VerdictClass } from '../channel.ts'
import { shortDetail } from '../transport-verdict.ts'

/** What an SMTP client tells of a failure; nodemailer's errors have these fields. */
export interface SmtpFailure {
  message: string
  /** The client's own code: `EAUTH`, `ETLS`, `ESOCKET`, … */
  code?: string
  /** What was underneath: `ECONNREFUSED`, `CONNECT_TIMEOUT`, … */
  originalCode?: string
  /** The step that failed: `CONN`, `AUTH PLAIN`, `MAIL FROM`, `RCPT TO`, `DATA`, or `API`. */
  command?: string
  /** The server's reply, when there was one. */
  response?: string
  responseCode?: number
}

/** Greylists and full mailboxes want to be left alone for a while; milliseconds. */
const deferredMs = 60_000

/** What one failure means. */
export function verdictOfFailure(failure: SmtpFailure): Verdict {
  const { response = '', responseCode: status } = failure
  if (status === undefined) return verdictOfSilence(failure)
  const enhanced = enhancedCode(response)
  const verdictClass = classOf(failure, status, enhanced)
  // Only what was said about this one email says nothing about the server.
  const concernsAddress = isAboutRecipient(failure) && status !== 421
  return {
    class: verdictClass,
    status,
    code: enhanced ?? `smtp_${status}`,
    detail: shortDetail(response),
    ...(verdictClass === 'retry' && concernsAddress ? { concernsAddress, retryAfterMs: deferredMs } : {}),
  }
}

/** RFC 3463. Where a reply has several lines, the first tells. */
function enhancedCode(response: string): string | null {
  return /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] ?? null
}

function isAboutRecipient({ command }: SmtpFailure): boolean {
  return command === 'RCPT TO' || command === 'DATA'
}

/** The address does not exist (RFC 3463, section 3.2; 5.1.10 is RFC 7505's null MX). Nothing else ends one. */
const deadCodes = new Set(['5.1.1', '5.1.6', '5.1.10'])
const deadStatuses = new Set([550, 551, 553])

/** Replies about who we are (RFC 4954, section 6): no email of ours would fare better. */
const authStatuses = new Set([530, 534, 535, 538])

function classOf(failure: SmtpFailure, status: number, enhanced: string | null): VerdictClass {
  if (status < 500) return 'retry'
  if (authStatuses.has(status) || failure.code === 'EAUTH') return 'auth_broken'
  if (failure.command === 'STARTTLS' || failure.code === 'ETLS') return 'auth_broken'
  if (enhanced && deadCodes.has(enhanced) && deadStatuses.has(status) && failure.command === 'RCPT TO')
    return 'token_dead'
  if (enhanced === '5.2.2') return 'retry'
  // Refused for what the server thinks of us. Said of the sender it is about every email, otherwise about this one.
  if (!isAboutRecipient(failure)) return 'auth_broken'
  return 'message_bad'
}

/** Nothing can have been taken when there was no connection yet. */
const unconnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CONNECT_TIMEOUT',
  'GREETING_TIMEOUT',
])

/** No reply: cut, timed out, never connected, or refused by the client itself. */
function verdictOfSilence({ code, originalCode, command, message }: SmtpFailure): Verdict {
  const said = { status: null, code: originalCode ?? code ?? 'SMTP', detail: shortDetail(message) }
  if (isUnencrypted({ code, originalCode }) || code === 'EAUTH' || code === hostRefusedCode) {
    return { ...said, class: 'auth_broken' }
  }
  if (command === 'API' || code === 'EMESSAGE' || code === 'EENVELOPE') {
    return { ...said, class: 'message_bad' }
  }
  const isUnsent = code === 'EDNS' || (originalCode !== undefined && unconnected.has(originalCode))
  return { ...said, class: isUnsent ? 'retry' : 'unknown_outcome' }
}

/** Node's names for certificates that are not trusted, and for servers that speak no TLS or none that we do. */
const untrusted =
  /^(ERR_(TLS|SSL)_|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER))/

export function isUnencrypted({
  code,
  originalCode = '',
}: Pick<SmtpFailure, 'code' | 'originalCode'>): boolean {
  return code === 'ETLS' || untrusted.test(originalCode)
}

/** The mail server stands in a private network that the operator has not allowed. */
export const hostRefusedCode = 'HOST_REFUSED'

/** The server took it. Its own name for it, if it says one, finds the email in its log. */
export function verdictOfAcceptance(response: string, messageId: string): Verdict {
  const [, queueId] = /\bqueued as ([A-Za-z0-9._-]+)/i.exec(response) ?? []
  return {
    class: 'accepted',
    status: Number(response.slice(0, 3)) || 250,
    code: null,
    providerId: queueId ?? messageId,
  }
}
