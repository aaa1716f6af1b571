import type { Answer, Sender } from '@carillon/http2-sender'
import { createTargetPool, targetRefusedCode } from '../../00-kernel/safe-target.ts'
import type { LaneOptions } from '../../11-channels/index.ts'
import { openSender } from '../../11-channels/open-sender.ts'
import { retryAfterMs } from '../../11-channels/retry-after.ts'
import { signatureOf } from './signature.ts'

export type ReachOptions = Pick<LaneOptions, 'ca' | 'now' | 'safeLookup' | 'timeoutMs' | 'transport'>

/** Origins with open connections at a time. */
export const maxOrigins = 64

const answerCharacters = 1_024

export interface SignedEvent {
  url: string
  /** The newest first. */
  secrets: readonly [string, ...string[]]
  /** The same on every attempt: receivers know repeats by it. */
  id: string
  body: string
}

/** What came of one request. */
export interface Attempted {
  succeeded: boolean
  status: number | null
  /** Why there was no answer. */
  failure: string | null
  durationMs: number
  answer: string
  retryAfterMs?: number
}

export interface WebhookSender extends AsyncDisposable {
  /** Posts one event. Does not throw for anything a receiver or the network does; follows no redirect. */
  post(event: SignedEvent): Promise<Attempted>
}

export function createWebhookSender(options: ReachOptions): WebhookSender {
  const pool = createTargetPool({
    safeLookup: options.safeLookup,
    maxOrigins,
    open: (origin, lookup): Sender =>
      openSender(options, { origin, lookup, protocols: ['http/1.1'], maxConnections: 8 }),
  })

  async function post({ url: text, secrets, id, body }: SignedEvent): Promise<Attempted> {
    const url = new URL(text)
    const timestampSeconds = Math.floor(options.now() / 1_000)
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Carillon',
      'webhook-id': id,
      'webhook-timestamp': String(timestampSeconds),
      'webhook-signature': signatureOf({ id, timestampSeconds, body }, secrets),
    }
    const startedAt = performance.now()
    const answers = await pool.use(url, (sender) =>
      sender.send([{ path: url.pathname + url.search, headers, body }]),
    )
    const durationMs = Math.round(performance.now() - startedAt)
    if ('refused' in answers) return { ...failed(targetRefusedCode, answers.refused), durationMs }
    return { ...attemptedOf(answers[0] as Answer, options.now()), durationMs }
  }

  return { post, [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose]() }
}

function attemptedOf(answer: Answer, nowMs: number): Omit<Attempted, 'durationMs'> {
  if ('failure' in answer) return failed(answer.code, '')
  const { status, headers, body } = answer
  return {
    succeeded: status >= 200 && status < 300,
    status,
    failure: null,
    answer: storable(body),
    retryAfterMs: retryAfterMs(headers['retry-after'], nowMs),
  }
}

function failed(failure: string, answer: string): Omit<Attempted, 'durationMs'> {
  return { succeeded: false, status: null, failure, answer }
}

/** PostgreSQL keeps neither NUL nor half a surrogate pair. */
function storable(text: string): string {
  return text.slice(0, answerCharacters).replaceAll('\0', '').toWellFormed()
}
