import { hundredths } from '../hundredths.ts'
import type { Block } from './block.ts'
import type { Rounds } from './run-rounds.ts'

export interface Standing {
  name: string
  version: string | null
  /** Medians over the rounds. */
  cpu_us: number
  peak_mb: number
  rate_per_s: number
  sink_cpu_us: number
  /** Median of the rounds' ratios: this sender's CPU over that of the limit, and over ours. */
  over_limit: number
  over_ours: number
  /** The smallest and the largest of the ratios to ours. */
  over_ours_range: [number, number]
}

export interface Summary {
  standings: Standing[]
  absent: Record<string, string>
  rounds: number
  /** Rounds whose two blocks of the limit differ by more than a tenth: something else was running. */
  unsteady_rounds: number
}

const steady = 0.1

/** Medians of ratios that were each taken within one round. Unsteady rounds count only when there are no others. */
export function summarise(
  { blocks, absent, versions }: Rounds,
  names: { limit: string; ours: string },
): Summary {
  const limit = blocks.get(names.limit) ?? []
  const unsteady = limit.flatMap((pair, round) => (spread(pair) > steady ? [round] : []))
  const used = limit.map((_, round) => round)
  const kept = unsteady.length < limit.length ? used.filter((round) => !unsteady.includes(round)) : used
  const costs = (name: string) => kept.map((round) => mean(blocks.get(name)?.[round] ?? []))
  const ratios = (name: string, other: string) => {
    const base = costs(other)
    return costs(name).map((cost, i) => cost / (base[i] as number))
  }
  const standing = (name: string): Standing => {
    const own = kept.flatMap((round) => blocks.get(name)?.[round] ?? [])
    const overOurs = ratios(name, names.ours)
    return {
      name,
      version: versions.get(name) ?? null,
      cpu_us: hundredths(median(costs(name))),
      peak_mb: Math.max(...own.map(({ peak_mb }) => peak_mb)),
      rate_per_s: Math.round(1e6 / median(own.map(({ wall_us }) => wall_us))),
      sink_cpu_us: hundredths(median(own.map(({ sink_cpu_us }) => sink_cpu_us))),
      over_limit: hundredths(median(ratios(name, names.limit))),
      over_ours: hundredths(median(overOurs)),
      over_ours_range: [hundredths(Math.min(...overOurs)), hundredths(Math.max(...overOurs))],
    }
  }
  return {
    standings: [...blocks.keys()].map(standing),
    absent: Object.fromEntries(absent),
    rounds: limit.length,
    unsteady_rounds: unsteady.length,
  }
}

function mean(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { cpu_us }) => sum + cpu_us, 0) / blocks.length
}

function spread(pair: readonly Block[]): number {
  const costs = pair.map(({ cpu_us }) => cpu_us)
  return Math.max(...costs) / Math.min(...costs) - 1
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low = Number.NaN, high = Number.NaN] = [sorted[middle - 1], sorted[middle]]
  return sorted.length % 2 ? high : (low + high) / 2
}
