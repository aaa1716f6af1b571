import type { Answer, Response } from '@carillon/http2-sender'
import type { Verdict, VerdictClass } from '../channel.ts'
import { jsonFields } from '../oauth-answer.ts'
import { retryAfterMs } from '../retry-after.ts'
import { shortDetail, transportVerdict } from '../transport-verdict.ts'

export interface Asked {
  target: 'token' | 'fid'
  /** Google has taken a message for this project before, so it exists and is ours. */
  projectIsProven: boolean
  nowMs: number
}

export interface FcmJudgement {
  /** Holds when there is no second try, or when this was the second. */
  verdict: Verdict
  /** What one more try could change. */
  again?: 'with_new_token' | 'as_it_is'
}

/** Google asks for at least a minute before the first retry over quota. */
const quotaPauseMs = 60_000

/**
 * What FCM said about one message.
 * https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
 */
export function judgeFcm(answer: Answer, asked: Asked): FcmJudgement {
  if ('failure' in answer) return { verdict: transportVerdict(answer) }
  const fields = jsonFields(answer.body)
  if (answer.status === 200 && typeof fields.name === 'string') {
    return { verdict: { class: 'accepted', status: 200, code: null, providerId: fields.name } }
  }
  const error = readError(fields)
  const { verdictClass, again } = rule(answer.status, error, asked)
  return { verdict: verdictOf(verdictClass, { answer, error, nowMs: asked.nowMs }), again }
}

interface FcmError {
  /** From the `FcmError` detail: FCM itself has spoken, not Google's front end. */
  fcmCode: string | undefined
  /** The general status, such as `NOT_FOUND`. */
  status: string | undefined
  message: string | undefined
  violatedFields: string[]
  /** What quota was exceeded, in Google's words. */
  quotas: string[]
}

interface Rule {
  verdictClass: VerdictClass
  again?: FcmJudgement['again']
}

function rule(status: number, error: FcmError, asked: Asked): Rule {
  const known = ruleOfCode(error, asked)
  if (known !== undefined) return known
  switch (status) {
    case 401:
      // Without FCM's own code it is our access token.
      return { verdictClass: 'auth_broken', again: 'with_new_token' }
    case 403:
      return { verdictClass: 'auth_broken' }
    case 404:
      return { verdictClass: isMissingFid(error, asked) ? 'token_dead' : 'auth_broken' }
    case 429:
      return { verdictClass: quotaClass(error) }
    default:
      return ruleOfStatus(status)
  }
}

function ruleOfStatus(status: number): Rule {
  if (status >= 500) return { verdictClass: 'retry' }
  // Good, but not in Google's words: whether FCM has it nobody knows.
  if (status < 300) return { verdictClass: 'unknown_outcome' }
  return { verdictClass: 'message_bad', again: 'as_it_is' }
}

/** Codes that FCM gives in its own detail, and the two that older answers carry as the general status. */
function ruleOfCode(error: FcmError, { target }: Asked): Rule | undefined {
  switch (error.fcmCode ?? error.status) {
    case 'UNREGISTERED':
      return { verdictClass: 'token_dead' }
    case 'INVALID_ARGUMENT': {
      const isTarget = error.violatedFields.includes(`message.${target}`)
      return { verdictClass: isTarget ? 'token_dead' : 'message_bad' }
    }
    case 'SENDER_ID_MISMATCH':
      return { verdictClass: 'token_wrong_context' }
    case 'THIRD_PARTY_AUTH_ERROR':
    case 'APNS_AUTH_ERROR':
      // The project's key for Apple or for browsers is wrong. Only those devices suffer, so the lane stays open.
      return { verdictClass: 'token_wrong_context' }
    case 'QUOTA_EXCEEDED':
      return { verdictClass: quotaClass(error) }
    case 'INTERNAL':
    case 'UNAVAILABLE':
      return { verdictClass: 'retry' }
    case 'UNSPECIFIED_ERROR':
      return { verdictClass: 'message_bad', again: 'as_it_is' }
    default:
      return undefined
  }
}

/**
 * A 404 says "wrong project" as well as "no such installation". Only FCM's own detail, or a project that has
 * worked, tells them apart; in doubt no address is lost.
 */
function isMissingFid(error: FcmError, { target, projectIsProven }: Asked): boolean {
  if (target !== 'fid') return false
  return error.fcmCode === 'NOT_FOUND' || (projectIsProven && error.status === 'NOT_FOUND')
}

/** Google tells the device's own rate from the project's by words alone, in the quota's name or the message. */
function quotaClass({ quotas, message = '' }: FcmError): VerdictClass {
  const words = quotas.length > 0 ? quotas.join(' ') : message
  return /\b(device|topic)/i.test(words) ? 'throttle_target' : 'throttle_project'
}

interface Said {
  answer: Response
  error: FcmError
  nowMs: number
}

function verdictOf(verdictClass: VerdictClass, { answer, error, nowMs }: Said): Verdict {
  const { status, headers, body } = answer
  const words = error.message ?? body
  const isQuota = verdictClass === 'throttle_project' || verdictClass === 'throttle_target'
  return {
    class: verdictClass,
    status,
    code: (error.fcmCode ?? error.status)?.slice(0, 100) ?? `HTTP_${status}`,
    detail: words === '' ? undefined : shortDetail(words),
    retryAfterMs: retryAfterMs(headers['retry-after'], nowMs) ?? (isQuota ? quotaPauseMs : undefined),
  }
}

/** google.rpc.Status: https://cloud.google.com/apis/design/errors. Anything else, such as HTML, reads as empty. */
function readError({ error }: Record<string, unknown>): FcmError {
  const { status, message, details } = objectOf(error)
  const all = Array.isArray(details) ? details.map(objectOf) : []
  const ofType = (name: string) => all.filter((detail) => String(detail['@type']).endsWith(`.${name}`))
  const list = (detail: Record<string, unknown>, name: string) => {
    const entries = detail[name]
    return Array.isArray(entries) ? entries.map(objectOf) : []
  }
  return {
    fcmCode: textOf(ofType('FcmError')[0]?.errorCode),
    status: textOf(status),
    message: textOf(message),
    violatedFields: ofType('BadRequest').flatMap((detail) =>
      list(detail, 'fieldViolations').map(({ field }) => String(field)),
    ),
    quotas: ofType('QuotaFailure').flatMap((detail) =>
      list(detail, 'violations').map(({ subject, description }) => `${subject} ${description}`),
    ),
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
