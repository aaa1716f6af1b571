import type { Summary } from './summary.ts'

/** Microseconds by name; null for those that could not run, whose reasons the report gives. */
export function peerCosts(
  summaries: readonly Summary[],
  ownNames: readonly string[],
): Record<string, number | null> {
  const costs: Record<string, number | null> = {}
  for (const { standings, absent } of summaries) {
    for (const { name, cpu_us } of standings) if (!ownNames.includes(name)) costs[name] ??= cpu_us
    for (const name of Object.keys(absent)) costs[name] ??= null
  }
  return costs
}

export function costOfSender({ standings }: Summary, name: string): number | null {
  return standings.find((standing) => standing.name === name)?.cpu_us ?? null
}
