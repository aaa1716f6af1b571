import { parseArgs } from 'node:util'
import { campaign } from './campaign/index.ts'
import { dispatch } from './dispatch/index.ts'
import { gates } from './gates/index.ts'
import { writePage } from './page.ts'
import { keepResult } from './results.ts'
import { roundTrip } from './rtt/index.ts'
import type { BenchOptions, Scenario } from './scenario.ts'
import { webpush } from './webpush/index.ts'

const usage = `npm run bench -- [dispatch | webpush | campaign | gates | rtt]   all of them without a name

  --json            end with one JSON object on the last line
  --rounds N        interleaved rounds of dispatch and webpush (7) or of gates (3)
  --recipients N    of a campaign (10,000, then 100,000, then 1,000,000), of gates (1,000,000) or of rtt (100,000)
  --embedded        campaign: with the embedded database
  --while-sending   campaign: with single messages beside it
  --quick           small numbers, not kept
  --write           write docs/benchmarks.md from the results that were kept
`
const scenarios = { dispatch, webpush, campaign, gates, rtt: roundTrip } as Record<string, Scenario<unknown>>

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    recipients: { type: 'string' },
    embedded: { type: 'boolean', default: false },
    'while-sending': { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const options: BenchOptions = {
  quick: values.quick,
  rounds: values.rounds ? Number(values.rounds) : null,
  recipients: values.recipients ? Number(values.recipients) : null,
  embedded: values.embedded,
  whileSending: values['while-sending'],
}

// Leaving in an orderly way ends what was started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

if (values.help || positionals.some((name) => !(name in scenarios))) {
  process.stderr.write(usage)
  process.exit(values.help ? 0 : 2)
}
if (values.write && positionals.length === 0) writePage()
else {
  const chosen = positionals.map((name) => ({ name, ...options }))
  for (const { name, ...own } of chosen.length > 0 ? chosen : everything()) await runAndPrint(name, own)
  if (values.write) writePage()
}

function everything() {
  const names = Object.keys(scenarios).map((name) => ({ name, ...options }))
  const campaigns = [{ embedded: true }, { whileSending: true }]
  return [...names, ...campaigns.map((variant) => ({ name: 'campaign', ...options, ...variant }))]
}

async function runAndPrint(name: string, options: BenchOptions): Promise<void> {
  const scenario = scenarios[name] as Scenario<unknown>
  const result = await scenario.run(options)
  if (!options.quick) keepResult(scenario.keptAs?.(options) ?? name, commandOf(name, options), result)
  process.stdout.write(`\n## ${scenario.keptAs?.(options) ?? name}\n\n${scenario.report(result)}\n`)
  if (values.json) process.stdout.write(`${JSON.stringify(scenario.json(result))}\n`)
}

function commandOf(name: string, { rounds, recipients, embedded, whileSending }: BenchOptions): string {
  const flags = [
    rounds !== null && `--rounds ${rounds}`,
    recipients !== null && `--recipients ${recipients}`,
    embedded && '--embedded',
    whileSending && '--while-sending',
  ]
  return ['npm run bench --', name, ...flags.filter((flag) => flag !== false)].join(' ')
}
