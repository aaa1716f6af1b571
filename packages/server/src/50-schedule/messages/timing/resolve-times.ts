import type { MessageCreate } from '@carillon/contract'
import { fieldProblem } from '../../../00-kernel/index.ts'
import { isDated, momentsOf, spanOf } from './timing-span.ts'

const furthestAheadMs = 400 * 24 * 3_600_000

interface Circumstances {
  defaultTtlSeconds: number
  /** A campaign's end cuts off whoever is due after it; any other message must outlive its last turn. */
  isRun: boolean
  now: Date
}

/** When a message starts and expires. Throws Problem when that contradicts itself. */
export function resolveTimes(
  input: MessageCreate,
  { defaultTtlSeconds, isRun, now }: Circumstances,
): { startAt: Date; expiresAt: Date } {
  if (!isRun) refuseUnfitDate(input, now)
  const wanted = input.start_at ? new Date(Math.max(Date.parse(input.start_at), now.getTime())) : now
  const { startAt, lastDueAt } = spanOf(input.delivery, { startAt: wanted, now })
  // A time to live of 0 is an order to the provider; we still need the time to hand it over.
  const lifeSeconds = input.ttl_seconds || defaultTtlSeconds
  const expiresAt = input.expires_at
    ? new Date(input.expires_at)
    : new Date(lastDueAt.getTime() + lifeSeconds * 1000)
  if (expiresAt <= startAt)
    throw fieldProblem(
      'invalid_request',
      '/expires_at',
      'must be after the start and in the future',
      'too_early',
    )
  if (expiresAt <= lastDueAt && !isRun) {
    const last = lastDueAt.toISOString()
    throw fieldProblem(
      'invalid_request',
      '/expires_at',
      `must be after ${last}, when the last may be due`,
      'too_early',
    )
  }
  if (startAt.getTime() > now.getTime() + furthestAheadMs) {
    const pointer = input.start_at ? '/start_at' : '/delivery/at'
    throw fieldProblem('invalid_request', pointer, 'is more than 400 days ahead', 'too_late')
  }
  return { startAt, expiresAt }
}

function refuseUnfitDate({ delivery, start_at }: MessageCreate, now: Date): void {
  if (delivery?.kind !== 'local_time' || !isDated(delivery.at)) return
  if (start_at)
    throw fieldProblem(
      'invalid_request',
      '/start_at',
      'follows from the local time; leave it out',
      'start_or_local_time',
    )
  if (momentsOf(delivery.at).last < now)
    throw fieldProblem('invalid_request', '/delivery/at', 'has passed in every zone', 'past')
}
