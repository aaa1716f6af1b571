import { markdownTable } from '../markdown-table.ts'
import type { Summary } from './summary.ts'

/** The standings as a table, cheapest first, and below it who is missing and why. */
export function reportRounds({ standings, absent, rounds, unsteady_rounds }: Summary): string {
  const rows = standings
    .toSorted((a, b) => a.cpu_us - b.cpu_us)
    .map((standing) => [
      standing.name,
      standing.version ?? '–',
      standing.cpu_us,
      standing.over_limit,
      standing.over_ours,
      `${standing.over_ours_range[0]} to ${standing.over_ours_range[1]}`,
      standing.peak_mb || '–',
      standing.rate_per_s,
      standing.sink_cpu_us,
    ])
  const head = [
    'sender',
    'version',
    'CPU µs',
    '× h2load',
    '× ours',
    'in the rounds',
    'peak MB',
    'per second',
    'sink µs',
  ]
  const missing = Object.entries(absent).map(([name, reason]) => `- ${name} is absent. ${reason}`)
  const steadiness =
    unsteady_rounds === 0
      ? `Rounds: ${rounds}.`
      : `Rounds: ${rounds}, ${unsteady_rounds} of them unsteady${unsteady_rounds < rounds ? ' and left out' : ''}.`
  return [markdownTable(head, rows), '', steadiness, ...missing].join('\n')
}
