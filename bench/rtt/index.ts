import { sendMessage } from '../campaign/send-message.ts'
import { setCampaignStage } from '../campaign/stage.ts'
import { markdownTable } from '../markdown-table.ts'
import type { BenchOptions, Scenario } from '../scenario.ts'
import type { Observed } from '../stage/apns-observer.ts'
import { makeCertificate } from '../stage/certificate.ts'
import { startPostgres } from '../stage/postgres-cluster.ts'
import { openScratch } from '../stage/scratch.ts'
import { startObserver } from '../stage/start-observer.ts'
import { startProgram } from '../stage/start-program.ts'

export interface RoundTripResult {
  round_trip_ms: number
  recipients: number
  /** First attempts, from the first to the last, as the provider saw them. */
  rate_per_s: number
  connections: number
  throttled: number
  retry_after_ms: number
  /** From a 429 to the next attempt for the same device. */
  least_wait_ms: number | null
  most_wait_ms: number | null
}

const roundTripMs = 80
const throttle = { oneIn: 100, retryAfterSeconds: 3 }

/** One app's rate over a long line, by the whole server, with a provider that throttles some devices. */
export const roundTrip: Scenario<RoundTripResult> = {
  name: 'rtt',
  run: runRoundTrip,
  json: (result) => result,
  report: (result) =>
    markdownTable(
      [
        'round trip ms',
        'recipients',
        'per second',
        'connections',
        'answered 429',
        'Retry-After ms',
        'waited ms',
      ],
      [
        [
          result.round_trip_ms,
          result.recipients,
          result.rate_per_s,
          result.connections,
          result.throttled,
          result.retry_after_ms,
          `${result.least_wait_ms} to ${result.most_wait_ms}`,
        ],
      ],
    ),
}

async function runRoundTrip({ quick, recipients }: BenchOptions): Promise<RoundTripResult> {
  await using stack = new AsyncDisposableStack()
  const { directory } = stack.use(await openScratch())
  const certificate = makeCertificate(directory)
  const observer = stack.use(await startObserver(certificate, throttle))
  const relay = stack.use(await startProgram('./delay-relay.ts', [observer.port, roundTripMs], 'anywhere'))
  const postgres = stack.use(await startPostgres(directory))
  const sink = { origin: `https://localhost:${relay.port}`, certificateFile: certificate.certificateFile }
  const count = recipients ?? (quick ? 10_000 : 100_000)
  process.stderr.write(`${count} recipients at ${roundTripMs} ms\n`)
  const { api, appId } = stack.use(await setCampaignStage({ directory, recipients: count, sink, postgres }))
  await sendMessage(api, { appId, to: { all: true }, expected: count })
  return resultOf(await observer.observed(), count)
}

function resultOf(observed: Observed, recipients: number): RoundTripResult {
  const seconds = (observed.lastAtMs - observed.firstAtMs) / 1000
  return {
    round_trip_ms: roundTripMs,
    recipients,
    rate_per_s: Math.round((observed.devices - 1) / seconds),
    connections: observed.connections,
    throttled: observed.throttled,
    retry_after_ms: throttle.retryAfterSeconds * 1000,
    least_wait_ms: observed.againAfterMs && Math.round(observed.againAfterMs.least),
    most_wait_ms: observed.againAfterMs && Math.round(observed.againAfterMs.most),
  }
}
