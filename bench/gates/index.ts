import { type CampaignResult, runCampaign } from '../campaign/run-campaign.ts'
import { hundredths } from '../hundredths.ts'
import { markdownTable } from '../markdown-table.ts'
import { median } from '../rounds/summary.ts'
import type { BenchOptions, Scenario } from '../scenario.ts'
import { startNginxSink } from '../stage/nginx-sink.ts'
import { startPostgres } from '../stage/postgres-cluster.ts'
import { openScratch } from '../stage/scratch.ts'

export interface GatesResult {
  /** One pair a round. */
  rounds: { without: CampaignResult; with: CampaignResult }[]
  /** Of the CPU of server and PostgreSQL, with over without; the median of the rounds. */
  ratio: number
}

/** What the rules cost that protect people: the campaign with them and without, in turns. */
export const gates: Scenario<GatesResult> = {
  name: 'gates',
  run: runGates,
  json: (result) => result,
  report: ({ rounds, ratio }) => {
    const head = [
      'recipients',
      'CPU s without',
      'CPU s with',
      'with / without',
      'peak MB with',
      'wall s with',
    ]
    const rows = rounds.map((pair) => [
      pair.with.recipients,
      hundredths(cpuOf(pair.without)),
      hundredths(cpuOf(pair.with)),
      hundredths(ratioOf(pair)),
      pair.with.rss_mb,
      pair.with.wall_s,
    ])
    return `${markdownTable(head, rows)}\n\nMedian of the ratios: ${ratio}.`
  },
}

async function runGates({ quick, recipients, rounds }: BenchOptions): Promise<GatesResult> {
  await using stack = new AsyncDisposableStack()
  const { directory } = stack.use(await openScratch())
  const sink = stack.use(await startNginxSink(directory))
  const postgres = stack.use(await startPostgres(directory))
  const settings = { directory, sink, postgres, recipients: recipients ?? (quick ? 20_000 : 1_000_000) }
  const count = rounds ?? (quick ? 1 : 3)
  const pairs: GatesResult['rounds'] = []
  for (let round = 1; round <= count; round++) {
    process.stderr.write(`round ${round} of ${count}, ${settings.recipients} recipients\n`)
    const pair: Partial<GatesResult['rounds'][number]> = {}
    // In turns: what a first run leaves to the second must not always be on the same side.
    const [first, second] = round % 2 === 1 ? (['without', 'with'] as const) : (['with', 'without'] as const)
    for (const kind of [first, second])
      pair[kind] = await runCampaign({ ...settings, gates: kind === 'with' })
    pairs.push(pair as Required<typeof pair>)
  }
  return { rounds: pairs, ratio: hundredths(median(pairs.map(ratioOf))) }
}

function ratioOf(pair: GatesResult['rounds'][number]): number {
  return cpuOf(pair.with) / cpuOf(pair.without)
}

function cpuOf({ server_cpu_s, postgres_cpu_s }: CampaignResult): number {
  return server_cpu_s + postgres_cpu_s
}
