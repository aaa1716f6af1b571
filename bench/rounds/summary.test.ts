import { expect, test } from 'vitest'
import type { Block } from './block.ts'
import { summarise } from './summary.ts'

const names = { limit: 'h2load', ours: 'ours' }
const block = (cpu_us: number): Block => ({ cpu_us, wall_us: 2 * cpu_us, peak_mb: 100, sink_cpu_us: 6 })

function rounds(costs: Record<string, number[][]>) {
  const blocks = Object.entries(costs).map(([name, byRound]) => [
    name,
    byRound.map((round) => round.map(block)),
  ])
  return { blocks: new Map(blocks as [string, Block[][]][]), absent: new Map(), versions: new Map() }
}

test('ratios are taken within a round, so that a slow round counts no more than a quick one', () => {
  const { standings } = summarise(
    rounds({
      h2load: [
        [10, 10],
        [30, 30],
        [10, 10],
      ],
      ours: [
        [20, 20],
        [60, 60],
        [22, 22],
      ],
      peer: [[100], [300], [110]],
    }),
    names,
  )
  const [, ours, peer] = standings
  expect(ours).toMatchObject({ name: 'ours', cpu_us: 22, over_limit: 2, rate_per_s: 22_727 })
  expect(peer).toMatchObject({ over_ours: 5, over_ours_range: [5, 5] })
})

test('a round whose two blocks of the limit differ by more than a tenth is left out', () => {
  const summary = summarise(
    rounds({
      h2load: [
        [10, 10],
        [10, 15],
      ],
      ours: [
        [20, 20],
        [90, 90],
      ],
    }),
    names,
  )
  expect(summary).toMatchObject({ rounds: 2, unsteady_rounds: 1 })
  expect(summary.standings[1]).toMatchObject({ cpu_us: 20 })
})

test('with nothing but unsteady rounds all count, and it is said', () => {
  const summary = summarise(rounds({ h2load: [[10, 15]], ours: [[25, 25]] }), names)
  expect(summary).toMatchObject({ rounds: 1, unsteady_rounds: 1 })
  expect(summary.standings[1]).toMatchObject({ over_limit: 2 })
})
