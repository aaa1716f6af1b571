import { hash } from 'node:crypto'
import type { ExperimentPlan } from '@carillon/contract'

/** What a batch's people are given, as `batches.variant` and `deliveries.variant` hold it; see migration 0015. */
export const waitingArm = -1
export const controlArm = -2
const restFrom = 8

/** The winner, for everybody left: counted apart from the test that it won. */
export function restArm(winner: number): number {
  return restFrom + winner
}

/** The place of the variant whose texts an arm gets, or null where it gets none. */
export function variantOfArm(arm: number | null): number | null {
  return arm === null || arm < 0 ? null : arm % restFrom
}

export function isRest(arm: number): boolean {
  return arm >= restFrom
}

/** Three independent numbers from 0 up to 1 that somebody draws once in an experiment. */
export interface Draws {
  control: number
  test: number
  variant: number
}

/**
 * A pure function of two ids: no state, so every attempt, process and database comes to the same. SHA-256 of
 * `experiment:subject`, both in lower case; each draw is 32 bits of it.
 */
export function drawsOf(experimentId: string, subjectId: string): Draws {
  const digest = hash('sha256', `${experimentId}:${subjectId}`.toLowerCase(), 'buffer')
  const draw = (at: number) => digest.readUInt32BE(at) / 2 ** 32
  return { control: draw(0), test: draw(4), variant: draw(8) }
}

/** What somebody is given who draws so. `winner` is the place of the winning variant once there is one. */
export function armOf(
  {
    variants,
    control_percent,
    winner: rule,
  }: Pick<ExperimentPlan, 'control_percent' | 'winner'> & {
    variants: readonly { weight: number }[]
  },
  draws: Draws,
  winner: number | null,
): number {
  if (draws.control < control_percent / 100) return controlArm
  if (winner !== null) return restArm(winner)
  if (rule && draws.test >= rule.test_percent / 100) return waitingArm
  return weighted(variants, draws.variant)
}

function weighted(variants: readonly { weight: number }[], draw: number): number {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0)
  let left = draw * total
  return variants.findIndex(({ weight }) => {
    left -= weight
    return left < 0
  })
}
