import type { BenchOptions, Scenario } from '../scenario.ts'
import { startNginxSink } from '../stage/nginx-sink.ts'
import { startPostgres } from '../stage/postgres-cluster.ts'
import { openScratch } from '../stage/scratch.ts'
import { startObserver } from '../stage/start-observer.ts'
import { growthExponent } from './growth.ts'
import { reportCampaigns } from './report.ts'
import { type CampaignResult, runCampaign } from './run-campaign.ts'
import { type SingleSends, singleSends } from './single-sends.ts'

export interface CampaignsResult {
  database: 'postgresql' | 'embedded'
  campaigns: CampaignResult[]
  /** Of CPU over recipients; 1 is linear. */
  growth_exponent: number | null
  /** Messages to one device during the last of the campaigns. */
  single_sends: SingleSends | null
}

/** A personalised message to everyone in a segment, from the API request to the last recorded outcome. */
export const campaign: Scenario<CampaignsResult> = {
  name: 'campaign',
  keptAs: ({ embedded, whileSending }) =>
    `campaign${embedded ? '-embedded' : ''}${whileSending ? '-while-sending' : ''}`,
  run: runCampaigns,
  json: ({ campaigns, single_sends }) => ({ ...campaigns.at(-1), ...(single_sends && { single_sends }) }),
  report: reportCampaigns,
}

async function runCampaigns(options: BenchOptions): Promise<CampaignsResult> {
  await using stack = new AsyncDisposableStack()
  const { directory } = stack.use(await openScratch())
  const sink = stack.use(await startNginxSink(directory))
  const postgres = options.embedded ? null : stack.use(await startPostgres(directory))
  const observer = options.whileSending ? stack.use(await startObserver(sink)) : null
  const campaigns: CampaignResult[] = []
  let single: SingleSends | null = null
  for (const recipients of sizesOf(options)) {
    process.stderr.write(`campaign to ${recipients}${options.embedded ? ', embedded database' : ''}\n`)
    const settings = { directory, recipients, sink, postgres, gates: false }
    const probeOrigin = observer ? `https://localhost:${observer.port}` : undefined
    const company = observer ? singleSends(observer, (result) => (single = result)) : undefined
    campaigns.push(await runCampaign({ ...settings, probeOrigin }, company))
  }
  return {
    database: postgres ? 'postgresql' : 'embedded',
    campaigns,
    growth_exponent: growthExponent(
      campaigns.map((each) => ({ size: each.recipients, cost: each.server_cpu_s + each.postgres_cpu_s })),
    ),
    single_sends: single,
  }
}

function sizesOf({ recipients, quick, embedded, whileSending }: BenchOptions): number[] {
  if (recipients !== null) return [recipients]
  if (quick) return [2_000, 20_000]
  if (embedded) return [10_000, 100_000]
  return whileSending ? [1_000_000] : [10_000, 100_000, 1_000_000]
}
