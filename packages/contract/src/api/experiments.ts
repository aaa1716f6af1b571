import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { experimentMetrics, winnerReasons } from '../words.ts'
import { Content, Overrides } from './content.ts'
import { Id, IdParams, Time } from './shared.ts'

export const maxVariants = 8

const VariantName = z.string().trim().min(1).max(64)

export const Variant = z.strictObject({
  name: VariantName,
  /** Either content or a template. */
  content: Content.optional(),
  template_id: Id.optional(),
  /** On top of the message's own overrides, platform by platform. */
  overrides: Overrides.optional(),
  /** Its share is its weight among those of all variants. */
  weight: z.number().int().min(1).max(1_000).default(1),
})
export type Variant = z.infer<typeof Variant>

/** Only `test_percent` of the people get the variants at first; everybody left gets the winner. */
export const WinnerRule = z.strictObject({
  metric: z.enum(experimentMetrics),
  /** From the first send to the decision. */
  after_minutes: z.number().int().min(1).max(43_200),
  test_percent: z.number().int().min(1).max(99),
  /** A variant that was sent to fewer decides nothing: the first variant wins. */
  minimum_sent: z.number().int().min(1).max(1_000_000).default(30),
  /** Another than the first variant wins only when the 95 % interval of its uplift lies above 0. */
  require_confidence: z.boolean().default(false),
})
export type WinnerRule = z.infer<typeof WinnerRule>

/** Stands in the place of `content` and `template_id`. The first variant is the baseline. */
export const Experiment = z.strictObject({
  variants: z
    .array(Variant)
    .min(2)
    .max(maxVariants)
    .superRefine((variants, context) => {
      variants.forEach(({ name }, i) => {
        if (variants.findIndex((other) => other.name === name) < i)
          context.addIssue({ code: 'custom', path: [i, 'name'], message: 'is the name of another variant' })
      })
    }),
  /** Of all people; they get nothing and end as `control_group`. */
  control_percent: z.number().min(0).max(50).default(0),
  winner: WinnerRule.optional(),
})
export type Experiment = z.infer<typeof Experiment>

/** An experiment as a message carries it: texts of templates stand in it, in the version that was sent. */
export interface ExperimentPlan extends Omit<Experiment, 'variants'> {
  variants: {
    name: string
    weight: number
    content: Content
    overrides: Overrides
    template_id: string | null
    template_version: number | null
  }[]
}

const share = {
  n: z.number(),
  rate: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
}

/**
 * One metric of one variant: `n` of those that were sent, with the 95 % interval of the rate (Wilson). The
 * difference to the first variant is in the same unit, a share of 1, with its 95 % interval (Newcombe);
 * `relative` is the difference as a share of the first variant's rate.
 */
export const MetricResult = z.object({
  ...share,
  uplift: z
    .object({ difference: z.number(), low: z.number(), high: z.number(), relative: z.number().nullable() })
    .nullable(),
})
export type MetricResult = z.infer<typeof MetricResult>

const ArmCounts = z.object({
  targeted: z.number(),
  pending: z.number(),
  sent: z.number(),
  failed: z.number(),
  excluded: z.number(),
})

export const VariantResult = ArmCounts.extend({
  name: z.string(),
  weight: z.number(),
  title: z.string().nullable(),
  body: z.string().nullable(),
  metrics: z.record(z.enum(experimentMetrics), MetricResult),
})
export type VariantResult = z.infer<typeof VariantResult>

export const WinnerDecision = z.object({
  winner: z.string(),
  reason: z.enum(winnerReasons),
  /** One sentence that says what was decided and why. */
  detail: z.string(),
  at: Time,
  /** What was known at that moment. */
  evidence: z.array(z.object({ name: z.string(), sent: z.number(), n: z.number() })),
})
export type WinnerDecision = z.infer<typeof WinnerDecision>

export const ExperimentReport = z.object({
  experiment_id: Id,
  /** Messages that it is summed over: the runs of a campaign's message, else one. */
  messages: z.number(),
  baseline: z.string(),
  control_percent: z.number(),
  rule: WinnerRule.nullable(),
  /** When the rule decides; null without a rule, after the decision, and before the first send. */
  decides_at: Time.nullable(),
  decision: WinnerDecision.nullable(),
  /** The message has ended: what is not decided stays so. Never of a campaign, whose next run may come. */
  over: z.boolean(),
  targeted: z.number(),
  /** People and devices of the control group: they would have been sent to. */
  control_group: z.number(),
  /** Those who wait for the winner. */
  waiting: z.number(),
  /** Those who were left without a variant, such as people without a device. */
  without_variant: z.number(),
  /** targeted = the variants' + the rest's + control_group + waiting + without_variant */
  variants: z.array(VariantResult),
  /** The winner, sent to everybody left. Counted apart: it went out later, so it is not compared. */
  rest: VariantResult.nullable(),
})
export type ExperimentReport = z.infer<typeof ExperimentReport>

export const getExperiment = endpoint({
  id: 'getExperiment',
  method: 'GET',
  path: '/v1/messages/{id}/experiment',
  access: 'messages:read',
  tag: 'Messages',
  status: 200,
  summary: 'Variants compared, with intervals; of a campaign’s message, over all its runs',
  params: IdParams,
  answer: ExperimentReport,
})

export const chooseWinner = endpoint({
  id: 'chooseWinner',
  method: 'POST',
  path: '/v1/messages/{id}/winner',
  access: 'messages:send',
  tag: 'Messages',
  status: 200,
  summary: 'Choose the winner of an experiment by hand: everybody left gets it',
  params: IdParams,
  body: z.strictObject({ variant: VariantName }),
  answer: ExperimentReport,
})
