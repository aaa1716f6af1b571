import type { ProblemPlace } from '@carillon/contract'
import type { CampaignPlan, MessagePlan } from './check-campaign.ts'

/** What a message says to those who are given one variant, and where that stands in the campaign. */
export type Text = Omit<MessagePlan, 'experiment'> & { at: string }

/** What a message says, or each of its variants. */
export function textsOf({ experiment, ...message }: MessagePlan, i: number): Text[] {
  const at = `/messages/${i}`
  if (!experiment) return [{ ...message, at }]
  return experiment.variants.map(({ content, template_id, overrides }, v) => ({
    ...message,
    content,
    template_id,
    overrides: { ...message.overrides, ...overrides },
    at: `${at}/experiment/variants/${v}`,
  }))
}

export function findExperimentObstacles(
  { start_at, end_at }: CampaignPlan,
  { experiment, content, template_id }: MessagePlan,
  i: number,
): ProblemPlace[] {
  if (!experiment) return []
  const at = `/messages/${i}`
  const found: ProblemPlace[] = []
  const both = { code: 'experiment', detail: 'Its variants have the content; leave this out.' }
  if (content) found.push({ pointer: `${at}/content`, ...both })
  if (template_id) found.push({ pointer: `${at}/template_id`, ...both })
  const minutes = experiment.winner?.after_minutes ?? 0
  if (start_at.getTime() + minutes * 60_000 < end_at.getTime()) return found
  const late = { code: 'too_late', detail: 'The campaign ends before the winner would be known.' }
  return experiment.winner ? [...found, { pointer: `${at}/experiment/winner/after_minutes`, ...late }] : found
}
