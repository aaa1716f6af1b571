import type { ExperimentPlan, WinnerReason } from '@carillon/contract'
import { type Db, Problem, type Tx } from '../../00-kernel/index.ts'
import { announceChange } from '../messages/runs.ts'
import { type Choice, chooseByRule } from './choose-winner.ts'
import { noCounts, readExperimentCounts, shareOf } from './counts.ts'
import type { Share } from './statistics.ts'
import * as store from './store.ts'

/**
 * Decides one experiment whose time has come; false when there is none. Choice, record and release commit together
 * or not at all, so a crash leaves everybody waiting for the repetition, and a second scheduler finds it decided.
 */
export async function decideNext(db: Db, now: Date): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const experiment = await store.lockDue(tx, now)
    if (!experiment) return false
    const { plan, shares } = await readShares(tx, experiment.id)
    if (!plan.winner) throw new Error(`Experiment ${experiment.id} is to be decided without a rule.`)
    await decide(tx, { id: experiment.id, plan, shares, choice: chooseByRule(plan.winner, shares), now })
    return true
  })
}

/** A person chooses. Throws Problem when another was chosen before, or when nobody is left to get it. */
export async function decideByHand(
  tx: Tx,
  { id, name, isOver, now }: { id: string; name: string; isOver: boolean; now: Date },
): Promise<void> {
  const experiment = await store.lockExperiment(tx, id)
  const { plan, shares } = await readShares(tx, id)
  const winner = plan.variants.findIndex((variant) => variant.name === name)
  if (winner < 0)
    throw new Problem('invalid_request', {
      errors: [{ pointer: '/variant', code: 'unknown_variant', detail: 'There is no variant of this name.' }],
    })
  if (experiment.winner === winner) return
  if (experiment.winner !== null)
    throw new Problem('conflict', {
      detail: `${plan.variants[experiment.winner]?.name} has won already; that is decided once.`,
    })
  if (isOver)
    throw new Problem('conflict', { detail: 'The message has ended; nobody is left to get the winner.' })
  await decide(tx, { id, plan, shares, choice: { winner, reason: 'by_hand' }, now })
}

interface Decision {
  id: string
  plan: ExperimentPlan
  shares: readonly Share[]
  choice: Choice
  now: Date
}

async function decide(tx: Tx, { id, plan, shares, choice, now }: Decision): Promise<void> {
  const evidence = plan.variants.map(({ name }, i) => ({
    name,
    sent: shares[i]?.total ?? 0,
    n: shares[i]?.n ?? 0,
  }))
  const reason: WinnerReason = choice.reason
  await store.recordDecision(tx, id, { winner: choice.winner, reason, evidence, at: now })
  await store.releaseWaiting(tx, id, choice.winner)
  await announceChange(tx)
}

/** How each variant has done by the metric of the rule, or by openings where there is none. */
async function readShares(tx: Tx, id: string): Promise<{ plan: ExperimentPlan; shares: Share[] }> {
  const { experiment: plan } = await tx
    .selectFrom('messages')
    .select('experiment')
    .where('experiment_id', '=', id)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  if (!plan) throw new Error(`Experiment ${id} has a message without variants.`)
  const { arms } = await readExperimentCounts(tx, id)
  const metric = plan.winner?.metric ?? 'opened'
  const shares = plan.variants.map((_, i) => shareOf(arms.get(i) ?? noCounts(), metric))
  return { plan, shares }
}
