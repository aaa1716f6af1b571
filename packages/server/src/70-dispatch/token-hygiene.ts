import type { Tx } from '../00-kernel/index.ts'
import {
  relabelEnvironment,
  retireSubscriptions,
  suspectRecentlyRetired,
  suspectSubscriptions,
} from '../30-audience/index.ts'
import type { LaneAddress } from './lanes.ts'
import type { WindowResult } from './window.ts'
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
  { dead, relabelled }: WindowResult,
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
