import { setTimeout as pause } from 'node:timers/promises'
import type { Observer } from '../stage/start-observer.ts'
import { until } from '../stage/until.ts'
import type { Company } from './run-campaign.ts'

/** Milliseconds. */
export interface Latency {
  p50: number
  p99: number
  most: number
}

export interface SingleSends {
  sends: number
  /** From the answer 202 to the arrival at the provider. */
  accepted_to_arrival_ms: Latency
  /** The same from the moment at which the request was made. */
  requested_to_arrival_ms: Latency
}

const everyMs = 100

interface Send {
  collapseId: string
  requestedAtMs: number
  acceptedAtMs: number
}

/** Transactional messages to one device, at a steady pace whatever becomes of them, while a campaign runs. */
export function singleSends(observer: Observer, report: (result: SingleSends) => void): Company {
  return async ({ api, probeAppId, probeSubscriptionId }, isOver) => {
    const sends: Promise<Send>[] = []
    for (let n = 0; !isOver(); n++) {
      const next = pause(everyMs)
      sends.push(sendOne(n))
      await next
    }
    report(await latencies(await Promise.all(sends), observer))

    async function sendOne(n: number): Promise<Send> {
      // The app's id, because the observer may have seen another campaign before.
      const collapseId = `${probeAppId}-${n}`
      const requestedAtMs = nowMs()
      await api('POST', '/v1/messages', {
        app_id: probeAppId,
        to: { subscription_ids: [probeSubscriptionId] },
        content: { title: 'Your code', body: `${n}` },
        category: 'transactional',
        priority: 'high',
        collapse_id: collapseId,
      })
      return { collapseId, requestedAtMs, acceptedAtMs: nowMs() }
    }
  }
}

async function latencies(sends: readonly Send[], observer: Observer): Promise<SingleSends> {
  const arrivals = await until(
    async () => {
      const { arrivals } = await observer.observed()
      return sends.every(({ collapseId }) => collapseId in arrivals) && arrivals
    },
    { what: 'the last single message' },
  )
  const since = (from: (send: Send) => number) =>
    latency(sends.map((send) => Math.max(0, (arrivals[send.collapseId] as number) - from(send))))
  return {
    sends: sends.length,
    accepted_to_arrival_ms: since(({ acceptedAtMs }) => acceptedAtMs),
    requested_to_arrival_ms: since(({ requestedAtMs }) => requestedAtMs),
  }
}

function latency(valuesMs: readonly number[]): Latency {
  const sorted = valuesMs.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN)
  return { p50: at(0.5), p99: at(0.99), most: at(1) }
}

/** Epoch milliseconds with fractions, the same clock in all processes of the machine. */
function nowMs(): number {
  return performance.timeOrigin + performance.now()
}
