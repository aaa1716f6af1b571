import { count, counted, duration, percent, words } from '../../shared/format.ts'
import type { Fault, FaultInput } from '../../shared/sandbox.ts'

/** What can be made to fail: the push services, and the two that hand out access tokens. */
export const providerNames: Record<string, string> = {
  apns: 'Apple (production)',
  apnsSandbox: 'Apple (sandbox)',
  fcm: 'Firebase',
  webpush: 'Web Push',
  wns: 'Windows',
  fcmToken: 'Firebase sign-in',
  wnsToken: 'Windows sign-in',
  twilio: 'Twilio',
  smpp: 'SMPP centre',
}

export const faultNames: Record<string, string> = {
  status: 'Answers with an error',
  slow: 'Answers late',
  hang: 'Never answers',
  reset: 'Resets the request',
  goaway: 'Ends the connection',
  refuse_connections: 'Refuses connections',
  expired_provider_token: 'Calls our token expired',
}

/** The form as it stands; an empty number is left out. */
export interface FaultForm {
  provider: string
  fault: string
  status: number | ''
  retryAfterSeconds: number | ''
  delaySeconds: number | ''
  sharePercent: number | ''
  times: number | ''
}

/** Enough to watch retries and no more: it is gone after three hits. */
export const firstFault: FaultForm = {
  provider: 'apns',
  fault: 'status',
  status: 503,
  retryAfterSeconds: 5,
  delaySeconds: 2,
  sharePercent: 100,
  times: 3,
}

/** Only what the kind of fault looks at. */
export function faultInput(form: FaultForm): FaultInput {
  const { provider, fault, status, retryAfterSeconds, delaySeconds, sharePercent, times } = form
  return {
    provider,
    fault,
    ...(fault === 'status' && status !== '' ? { status } : {}),
    ...(fault === 'status' && retryAfterSeconds !== '' ? { retry_after: retryAfterSeconds } : {}),
    ...(fault === 'slow' && delaySeconds !== '' ? { delay_ms: Math.round(delaySeconds * 1_000) } : {}),
    ...(sharePercent !== '' ? { share: sharePercent / 100 } : {}),
    ...(times !== '' ? { times } : {}),
  }
}

/** `Firebase: answers with an error 503, retry after 5 s, to 50 % of the requests`. */
export function faultWords({ provider, fault, status, retry_after, delay_ms, share }: Fault): string {
  const kind = (faultNames[fault] ?? words(fault)).toLowerCase()
  const parts = [
    `${kind}${status === undefined ? '' : ` ${status}`}`,
    retry_after !== undefined && `retry after ${duration(retry_after)}`,
    delay_ms !== undefined && `by ${duration(delay_ms / 1_000)}`,
    share < 1 && `to ${percent(share, 1)} of the requests`,
  ]
  return `${providerNames[provider] ?? provider}: ${parts.filter(Boolean).join(', ')}`
}

/** `Hit 2 of 3 times`. */
export function hitWords({ hits, times }: Pick<Fault, 'hits' | 'times'>): string {
  return times === undefined
    ? `Hit ${counted(hits, 'time')}`
    : `Hit ${count(hits)} of ${counted(times, 'time')}`
}
