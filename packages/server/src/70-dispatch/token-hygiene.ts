import { sql } from 'kysely'
import type { Tx } from '../00-kernel/index.ts'
import {
  relabelEnvironment,
  retireSubscriptions,
  suspectRecentlyRetired,
  suspectSubscriptions,
} from '../30-audience/index.ts'
import type { LaneAddress } from './lanes.ts'
import type { DeadToken, WindowResult } from './window.ts'
import type { Round } from './write-checkpoint.ts'

const smallestRound = 50
const largestDeadShare = 0.3

/** A wrong bundle id, environment or key makes every token look dead: then people look first. */
export function isImplausible({ answers, accepted, dead }: Round): boolean {
  return answers >= smallestRound && (accepted === 0 || dead / answers > largestDeadShare)
}

/**
 * Retires what the provider called dead, or holds it for review when the lane's round is implausible; what the
 * same round retired before is then held too. Answers how many were retired.
 */
export async function tidyTokens(
  tx: Tx,
  lane: LaneAddress,
  round: Round,
  { dead, relabelled }: Pick<WindowResult, 'dead' | 'relabelled'>,
): Promise<number> {
  if (relabelled.length > 0) await relabelEnvironment(tx, relabelled)
  if (dead.length === 0) return 0
  if (!isImplausible(round)) return (await retireSubscriptions(tx, dead)).length
  await suspectSubscriptions(tx, dead)
  await suspectRecentlyRetired(tx, {
    appId: lane.app_id,
    platform: lane.platform,
    environment: lane.environment,
    since: round.startedAt,
  })
  return 0
}

/**
 * The same for what a provider reports after it had accepted, such as in a receipt: it counts in the lane's present
 * round, so that a provider gone mad empties no book this way either.
 */
export async function tidyReported(tx: Tx, lane: LaneAddress, dead: readonly DeadToken[]): Promise<void> {
  if (dead.length === 0) return
  const { rows } = await sql<Round>`
    update lanes set round_dead = round_dead + ${dead.length}
    where app_id = ${lane.app_id}::uuid and platform = ${lane.platform} and environment = ${lane.environment}
    returning round_answers as answers, round_accepted as accepted, round_dead as dead,
      round_started_at as "startedAt"`.execute(tx)
  const [round = { answers: 0, accepted: 0, dead: 0, startedAt: new Date() }] = rows
  await tidyTokens(tx, lane, round, { dead: [...dead], relabelled: [] })
}
