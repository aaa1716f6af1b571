import { costOfSender, peerCosts } from '../rounds/peer-costs.ts'
import { reportRounds } from '../rounds/report.ts'
import { runRounds } from '../rounds/run-rounds.ts'
import { type Summary, summarise } from '../rounds/summary.ts'
import type { BenchOptions, Scenario } from '../scenario.ts'
import { startNginxSink } from '../stage/nginx-sink.ts'
import { programPath, versionOf } from '../stage/programs.ts'
import { openScratch } from '../stage/scratch.ts'
import { apnsEntrants, senderAlone } from './apns.ts'
import { fcmEntrants } from './fcm.ts'

export interface DispatchResult {
  apns: Summary
  fcm: Summary
}

/** As our lanes do against real providers: two connections, and half of what the provider allows on each. */
const [inFlight, connections] = [1_000, 2]

/** CPU of one sent and acknowledged notification, ours beside h2load and beside others' senders. */
export const dispatch: Scenario<DispatchResult> = {
  name: 'dispatch',
  run: runDispatch,
  json: ({ apns, fcm }) => ({
    limit_us: costOfSender(apns, 'h2load'),
    ours_us: costOfSender(apns, 'ours'),
    peers: peerCosts([apns, fcm], ['h2load', 'ours', senderAlone]),
    h2load_version: versionOf(programPath('h2load')),
    nginx_version: versionOf(programPath('nginx'), '-v'),
  }),
  report: ({ apns, fcm }) => `### APNs\n\n${reportRounds(apns)}\n\n### FCM\n\n${reportRounds(fcm)}`,
}

async function runDispatch({ quick, rounds }: BenchOptions): Promise<DispatchResult> {
  await using stack = new AsyncDisposableStack()
  const { directory } = stack.use(await openScratch())
  const sink = stack.use(await startNginxSink(directory))
  const size = { rounds: rounds ?? (quick ? 1 : 7), count: quick ? 20_000 : 200_000 }
  const run = async (entrants: ReturnType<typeof apnsEntrants>) =>
    summarise(await runRounds(entrants, { sink, inFlight, connections, ...size }), {
      limit: entrants.limit.name,
      ours: entrants.ours.name,
    })
  return { apns: await run(apnsEntrants(directory)), fcm: await run(fcmEntrants(directory)) }
}
