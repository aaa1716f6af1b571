import {
  type ExperimentMetric,
  type ExperimentPlan,
  type ExperimentReport,
  experimentMetrics,
  type MetricResult,
  type VariantResult,
  type WinnerDecision,
  type WinnerReason,
} from '@carillon/contract'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { isRest, variantOfArm } from './arms.ts'
import { type ArmCounts, noCounts, readExperimentCounts, shareOf } from './counts.ts'
import { compare } from './statistics.ts'
import { decidesAtOf, type ExperimentRow, findExperiment } from './store.ts'

/** What an experiment has shown so far, over all its messages. */
export async function readReport(
  db: Db | Tx,
  { id, plan, isOver }: { id: string; plan: ExperimentPlan; isOver: boolean },
): Promise<ExperimentReport> {
  const experiment = await findExperiment(db, id)
  const { arms, messages, targeted, controlGroup, waiting } = await readExperimentCounts(db, id)
  const baseline = arms.get(0) ?? noCounts()
  const variants = plan.variants.map((variant, i) =>
    resultOf(variant, arms.get(i) ?? noCounts(), i === 0 ? null : baseline),
  )
  const rest = restOf(plan, arms)
  const given = [...variants, ...(rest ? [rest] : [])].reduce((sum, each) => sum + each.targeted, 0)
  return {
    experiment_id: id,
    messages,
    baseline: plan.variants[0]?.name ?? '',
    control_percent: plan.control_percent,
    rule: plan.winner ?? null,
    decides_at: isOver ? null : ((await decidesAtOf(db, id))?.toISOString() ?? null),
    decision: decisionOf(experiment, plan),
    over: isOver,
    targeted,
    control_group: controlGroup,
    waiting,
    without_variant: targeted - given - controlGroup - waiting,
    variants,
    rest,
  }
}

function restOf(plan: ExperimentPlan, arms: ReadonlyMap<number, ArmCounts>): VariantResult | null {
  const found = [...arms].find(([arm]) => isRest(arm))
  const variant = found && plan.variants[variantOfArm(found[0]) ?? 0]
  return variant ? resultOf(variant, found[1], null) : null
}

function resultOf(
  { name, weight, content }: ExperimentPlan['variants'][number],
  counts: ArmCounts,
  baseline: ArmCounts | null,
): VariantResult {
  const { pending, sent, failed, excluded } = counts
  const metrics = Object.fromEntries(
    experimentMetrics.map((metric) => [
      metric,
      compare(shareOf(counts, metric), baseline && shareOf(baseline, metric)),
    ]),
  ) as Record<ExperimentMetric, MetricResult>
  const targeted = pending + sent + failed + excluded
  const texts = { title: content.title ?? null, body: content.body ?? null }
  return { name, weight, ...texts, targeted, pending, sent, failed, excluded, metrics }
}

function decisionOf(
  { winner, reason, evidence, decided_at }: ExperimentRow,
  { variants, winner: rule }: ExperimentPlan,
): WinnerDecision | null {
  if (winner === null || !reason || !decided_at) return null
  const name = variants[winner]?.name ?? ''
  const by = { name, metric: rule?.metric ?? 'opened', minimum: rule?.minimum_sent ?? 1 }
  return {
    winner: name,
    reason,
    detail: sentences[reason](by),
    at: decided_at.toISOString(),
    evidence: evidence ?? [],
  }
}

const sentences: Record<WinnerReason, (by: { name: string; metric: string; minimum: number }) => string> = {
  best: ({ name, metric }) => `${name} had the highest share of ${metric}.`,
  tie: ({ name, metric }) =>
    `Several variants had the same highest share of ${metric}; ${name} is the first of them.`,
  too_little_data: ({ name, metric, minimum }) =>
    `A variant was sent to fewer than ${minimum}, or nothing was ${metric}; ${name} is the first variant.`,
  not_certain: ({ name, metric }) =>
    `No variant was certainly better than the first by the share of ${metric}; ${name} is the first variant.`,
  by_hand: ({ name }) => `Somebody chose ${name}.`,
}
