import type { BodyOf, replayWebhook } from '@carillon/contract'
import { fieldProblem, Problem, type Tx } from '../../00-kernel/index.ts'
import { positionOfEventId } from '../log/event-log.ts'
import { queueReplay, type WebhookRow } from './store.ts'

/** Events queued by one call. */
const mostAtOnce = 10_000

/** Queues events to be sent again under their own ids. Throws Problem; then nothing was queued. */
export async function replay(
  tx: Tx,
  webhook: WebhookRow,
  body: BodyOf<typeof replayWebhook>,
  now: Date,
): Promise<number> {
  if (!webhook.enabled)
    throw new Problem('conflict', { detail: 'The webhook is disabled; enable it before you replay.' })
  if ('event_ids' in body) return replaySome(tx, webhook, [...new Set(body.event_ids)], now)
  const span = { from: new Date(body.from), to: body.to ? new Date(body.to) : now }
  const queued = await queueReplay(tx, webhook, { ...span, limit: mostAtOnce + 1 }, now)
  if (queued <= mostAtOnce) return queued
  throw fieldProblem(
    'invalid_request',
    '/to',
    `More than ${mostAtOnce.toLocaleString('en')} events fall into this span of time; name a shorter one.`,
    'too_many',
  )
}

async function replaySome(tx: Tx, webhook: WebhookRow, ids: string[], now: Date): Promise<number> {
  const queued = await queueReplay(tx, webhook, { positions: ids.map(positionOfEventId) }, now)
  if (queued === ids.length) return queued
  throw fieldProblem(
    'invalid_request',
    '/event_ids',
    `The log holds ${queued} of these ${ids.length} events.`,
    'unknown_event',
  )
}
