import { endpointPath } from '../drivers/browsers.ts'
import { sampleMessages } from '../drivers/sample-messages.ts'
import { npmPeer } from '../peers/npm-peer.ts'
import { h2load, type Requests } from '../rounds/h2load.ts'
import { costOfSender, peerCosts } from '../rounds/peer-costs.ts'
import { reportRounds } from '../rounds/report.ts'
import { type Entrant, runRounds } from '../rounds/run-rounds.ts'
import { type Summary, summarise } from '../rounds/summary.ts'
import type { BenchOptions, Scenario } from '../scenario.ts'
import { startNginxSink } from '../stage/nginx-sink.ts'
import { programPath, versionOf } from '../stage/programs.ts'
import { openScratch } from '../stage/scratch.ts'

/** One push service; of HTTP/1.1 connections, as many as messages wait at once. */
const [inFlight, connections] = [250, 2]
const lane = new URL('../drivers/our-webpush-lane.ts', import.meta.url)

/** CPU of one encrypted, sent and acknowledged Web Push message. */
export const webpush: Scenario<Summary> = {
  name: 'webpush',
  run: runWebPush,
  json: (summary) => ({
    limit_us: costOfSender(summary, 'h2load'),
    ours_us: costOfSender(summary, 'ours'),
    peers: peerCosts([summary], ['h2load', 'ours']),
    h2load_version: versionOf(programPath('h2load')),
    nginx_version: versionOf(programPath('nginx'), '-v'),
  }),
  report: reportRounds,
}

async function runWebPush({ quick, rounds }: BenchOptions): Promise<Summary> {
  await using stack = new AsyncDisposableStack()
  const { directory } = stack.use(await openScratch())
  const sink = stack.use(await startNginxSink(directory))
  const limit: Entrant = { name: 'h2load', share: 1, contestant: h2load(requests(), directory, 'webpush') }
  const ours: Entrant = { name: 'ours', share: 0.2, contestant: { kind: 'node', module: lane } }
  const others: Entrant[] = [
    {
      name: 'node:http2',
      share: 0.1,
      contestant: { kind: 'node', module: lane, transport: 'node' },
    },
    npmPeer('web-push', 'web-push'),
  ]
  const size = { rounds: rounds ?? (quick ? 1 : 7), count: quick ? 20_000 : 200_000 }
  const settings = { sink, inFlight, connections, ...size }
  return summarise(await runRounds({ limit, ours, others }, settings), { limit: limit.name, ours: ours.name })
}

/** What is on the wire, without the encryption: a body as long as an encrypted one. */
function requests(): Requests {
  const jwt = `${'x'.repeat(36)}.${'x'.repeat(132)}.${'x'.repeat(86)}`
  return {
    paths: sampleMessages().map(endpointPath),
    headers: {
      ttl: '86400',
      urgency: 'high',
      topic: '0'.repeat(32),
      'content-encoding': 'aes128gcm',
      'content-type': 'application/octet-stream',
      authorization: `vapid t=${jwt}, k=${'x'.repeat(87)}`,
    },
    body: 'x'.repeat(86 + 190 + 17),
  }
}
