import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { campaignStatuses, channels, reachRules } from '../words.ts'
import { Content, Overrides } from './content.ts'
import { Experiment } from './experiments.ts'
import { Tags, TopicName } from './rules.ts'
import { Id, IdParams, JsonValue, Name, PageQuery, pageOf, Time, TimeZone } from './shared.ts'
import { CampaignTiming, LocalTime, PacePerMinute, Repeat } from './timing.ts'

const messageFields = {
  name: Name,
  app_id: Id,
  channel: z.enum(channels).default('push'),
  /** Either content or a template, whose newest version each run takes. */
  content: Content.optional(),
  template_id: Id.optional(),
  variables: z.record(z.string(), JsonValue).optional(),
  overrides: Overrides.optional(),
  /** Instead of content or a template. One that is changed begins anew. */
  experiment: Experiment.optional(),
  /** Left out: each person once. Otherwise once in every round, counted from the campaign's start. */
  repeat: Repeat.optional(),
  /** Left out: at once when a look finds them. */
  delivery: CampaignTiming.optional(),
  /** Over all its runs. */
  pace_per_minute: PacePerMinute.optional(),
  /** What people consented to; left out, it is `marketing`. */
  topic: TopicName.optional(),
  /** For caps that count the messages of a tag. */
  tags: Tags.optional(),
}

export const CampaignMessageInput = z
  .strictObject({
    /** Of a message that the campaign has already: whom it met stays met. */
    id: Id.optional(),
    ...messageFields,
  })
  .refine(({ repeat, delivery }) => !(delivery && repeat && 'local' in repeat && repeat.local), {
    path: ['delivery'],
    message: 'repeats at a local time already; give either',
  })
export type CampaignMessageInput = z.infer<typeof CampaignMessageInput>

const Segments = z.array(Id).max(50)

export const CampaignCreate = z.strictObject({
  name: Name,
  type: Name.optional(),
  segment_ids: Segments.default([]),
  exclude_segment_ids: Segments.default([]),
  zone: TimeZone,
  start_local: LocalTime,
  end_local: LocalTime,
  /** `first`: each person gets one of the messages, the first in order that reaches them. */
  reach: z.enum(reachRules).default('all'),
  /** Seconds between two looks for people who match by now; default from the settings at this moment. */
  evaluate_every_seconds: z.number().int().min(60).max(604_800).optional(),
  messages: z.array(CampaignMessageInput).max(20).default([]),
})
export type CampaignCreate = z.infer<typeof CampaignCreate>

export const CampaignMessage = z.object({
  id: Id,
  name: z.string(),
  app_id: Id,
  channel: z.enum(channels),
  content: asSaved<Content | null>(),
  template_id: Id.nullable(),
  variables: z.record(z.string(), JsonValue),
  overrides: asSaved<Overrides>(),
  experiment: asSaved<Experiment | null>(),
  repeat: asSaved<Repeat | null>(),
  delivery: asSaved<CampaignTiming | null>(),
  pace_per_minute: z.number().nullable(),
  topic: z.string().nullable(),
  tags: z.array(z.string()),
})
export type CampaignMessage = z.infer<typeof CampaignMessage>

const CampaignProblem = z.object({ pointer: z.string(), code: z.string(), detail: z.string() })

export const Campaign = z.object({
  id: Id,
  name: z.string(),
  type: z.string().nullable(),
  status: z.enum(campaignStatuses),
  segment_ids: z.array(Id),
  exclude_segment_ids: z.array(Id),
  zone: z.string(),
  start_local: z.string(),
  end_local: z.string(),
  start_at: Time,
  end_at: Time,
  reach: z.enum(reachRules),
  evaluate_every_seconds: z.number(),
  next_evaluation_at: Time.nullable(),
  evaluated_at: Time.nullable(),
  /** What the last evaluation could not do, such as sending for an app that is unpublished. */
  problems: z.array(CampaignProblem),
  messages: z.array(CampaignMessage),
  /** Of all its runs. */
  totals: z.object({
    sent: z.number(),
    failed: z.number(),
    opened: z.number(),
    clicked: z.number(),
  }),
  launched_at: Time.nullable(),
  paused_at: Time.nullable(),
  terminated_at: Time.nullable(),
  created_at: Time,
  updated_at: Time,
})
export type Campaign = z.infer<typeof Campaign>

export const CampaignCounts = z.object({
  /** Unique users in the segments now. */
  users: z.number(),
  messages: z.array(
    z.object({
      campaign_message_id: Id,
      /** Of the users, those with an active subscription of the message's app that may show notifications. */
      subscribed: z.number(),
      /** People whom the message has met; in its present round, if it repeats. */
      met: z.number(),
      pending: z.number(),
      sent: z.number(),
      failed: z.number(),
      opened: z.number(),
      clicked: z.number(),
    }),
  ),
})
export type CampaignCounts = z.infer<typeof CampaignCounts>

export const CampaignValidation = z.object({ valid: z.boolean(), problems: z.array(CampaignProblem) })
export type CampaignValidation = z.infer<typeof CampaignValidation>

export const CalendarEntry = z.object({
  id: Id,
  name: z.string(),
  type: z.string().nullable(),
  status: z.enum(campaignStatuses),
  zone: z.string(),
  start_local: z.string(),
  end_local: z.string(),
  start_at: Time,
  /** Its end, or the moment it was terminated. */
  end_at: Time,
})
export type CalendarEntry = z.infer<typeof CalendarEntry>

const tag = 'Campaigns'

export const listCampaigns = endpoint({
  id: 'listCampaigns',
  method: 'GET',
  path: '/v1/campaigns',
  access: 'campaigns:read',
  tag,
  status: 200,
  summary: 'List campaigns, newest first',
  query: PageQuery.extend({
    status: z.enum(campaignStatuses).optional(),
    type: z.string().max(255).optional(),
    app_id: Id.optional(),
    segment_id: Id.optional(),
    /** Part of the name, in any case. */
    search: z.string().max(255).optional(),
  }),
  answer: pageOf(Campaign),
})
export const campaignCalendar = endpoint({
  id: 'campaignCalendar',
  method: 'GET',
  path: '/v1/campaigns/calendar',
  access: 'campaigns:read',
  tag,
  status: 200,
  summary: 'The campaigns of a span of time, by their start; at most 500',
  query: z.strictObject({ from: Time, to: Time }),
  answer: z.object({ data: z.array(CalendarEntry), truncated: z.boolean() }),
})
export const createCampaign = endpoint({
  id: 'createCampaign',
  method: 'POST',
  path: '/v1/campaigns',
  access: 'campaigns:write',
  tag,
  status: 201,
  summary: 'Create a campaign as a draft; nothing is sent before it is started',
  body: CampaignCreate,
  answer: Campaign,
})
export const getCampaign = endpoint({
  id: 'getCampaign',
  method: 'GET',
  path: '/v1/campaigns/{id}',
  access: 'campaigns:read',
  tag,
  status: 200,
  summary: 'Read a campaign',
  params: IdParams,
  answer: Campaign,
})
export const putCampaign = endpoint({
  id: 'putCampaign',
  method: 'PUT',
  path: '/v1/campaigns/{id}',
  access: 'campaigns:write',
  tag,
  status: 200,
  summary: 'Replace a campaign that is a draft, pending or paused',
  params: IdParams,
  body: CampaignCreate,
  answer: Campaign,
})
export const deleteCampaign = endpoint({
  id: 'deleteCampaign',
  method: 'DELETE',
  path: '/v1/campaigns/{id}',
  access: 'campaigns:write',
  tag,
  status: 204,
  summary: 'Delete a campaign that is a draft, pending or paused; what it sent stays among the messages',
  params: IdParams,
})
export const getCampaignCounts = endpoint({
  id: 'getCampaignCounts',
  method: 'GET',
  path: '/v1/campaigns/{id}/counts',
  access: 'campaigns:read',
  tag,
  status: 200,
  summary: 'Who is in the segments now, and what became of each message',
  params: IdParams,
  answer: CampaignCounts,
})
export const validateCampaign = endpoint({
  id: 'validateCampaign',
  method: 'POST',
  path: '/v1/campaigns/{id}/validate',
  access: 'campaigns:read',
  tag,
  status: 200,
  summary: 'Everything that keeps a campaign from starting, at once',
  params: IdParams,
  answer: CampaignValidation,
})

const change = { method: 'POST', access: 'campaigns:execute', tag, status: 200, params: IdParams } as const

export const startCampaign = endpoint({
  ...change,
  id: 'startCampaign',
  path: '/v1/campaigns/{id}/start',
  summary: 'Start a draft: it runs from its start to its end by itself',
  answer: Campaign,
})
export const pauseCampaign = endpoint({
  ...change,
  id: 'pauseCampaign',
  path: '/v1/campaigns/{id}/pause',
  summary: 'Hold a running campaign: nothing more is handed to a provider once this answers',
  answer: Campaign,
})
export const resumeCampaign = endpoint({
  ...change,
  id: 'resumeCampaign',
  path: '/v1/campaigns/{id}/resume',
  summary: 'Go on with a paused campaign',
  answer: Campaign,
})
export const terminateCampaign = endpoint({
  ...change,
  id: 'terminateCampaign',
  path: '/v1/campaigns/{id}/terminate',
  summary: 'End a campaign now: what was not handed over is cancelled',
  answer: Campaign,
})
export const restartCampaign = endpoint({
  ...change,
  id: 'restartCampaign',
  path: '/v1/campaigns/{id}/restart',
  summary: 'Start a terminated or completed campaign once more, with new dates',
  body: z.strictObject({
    start_local: LocalTime,
    end_local: LocalTime,
    zone: TimeZone.optional(),
    /** Also to people who got it already. Otherwise those alone to whom it was not handed over. */
    again: z.boolean().default(false),
  }),
  answer: Campaign,
})

/** Described where it is saved; said again with every answer it would be half of the API's description. */
function asSaved<T>() {
  return z.unknown() as z.ZodType<T>
}
