import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { outcomes } from '../outcomes.ts'
import { channels, deviceInteractionTypes, interactionTypes, messageStatuses, platforms } from '../words.ts'
import { Content, Overrides } from './content.ts'
import { emailBodyLimit } from './content-email.ts'
import { Experiment, type ExperimentPlan } from './experiments.ts'
import { Tags, TopicName } from './rules.ts'
import { Id, IdParams, JsonValue, PageQuery, pageOf, Time } from './shared.ts'
import { MessageTiming, PacePerMinute } from './timing.ts'
import { AttributeName } from './users.ts'

const Ids = z.array(Id).min(1).max(10_000)

/**
 * Exactly one family: subscription_ids, user_ids, users_by, segment_ids, addresses or all. Beside any of them,
 * exclude_segment_ids leaves out the people of these segments; devices without a person stay.
 */
export const Audience = z
  .strictObject({
    subscription_ids: Ids.optional(),
    user_ids: Ids.optional(),
    users_by: z
      .strictObject({
        attribute: AttributeName,
        values: z.array(z.string().min(1).max(2_000)).min(1).max(10_000),
      })
      .optional(),
    segment_ids: z.array(Id).min(1).max(50).optional(),
    exclude_segment_ids: z.array(Id).max(50).optional(),
    /** Email addresses or phone numbers, for these channels; whose it is, or nobody's. */
    addresses: z.array(z.string().min(1).max(320)).min(1).max(10_000).optional(),
    all: z.literal(true).optional(),
  })
  .superRefine((to, context) => {
    const families = (
      ['subscription_ids', 'user_ids', 'users_by', 'segment_ids', 'addresses', 'all'] as const
    ).filter((f) => to[f] !== undefined)
    if (families.length === 1) return
    if (families.length === 0) {
      context.addIssue({
        code: 'custom',
        message: 'name one of subscription_ids, user_ids, users_by, segment_ids, addresses or all',
      })
    }
    if (families.length > 1) {
      for (const family of families)
        context.addIssue({
          code: 'custom',
          path: [family],
          message: `only one of ${families.join(', ')} may be given`,
        })
    }
  })
export type Audience = z.infer<typeof Audience>

export const MessageCreate = z.strictObject({
  /** May be left out when the workspace has one app, or with subscription_ids of one app. */
  app_id: Id.optional(),
  channel: z.enum(channels).default('push'),
  to: Audience,
  content: Content.optional(),
  template_id: Id.optional(),
  /** Variants of the content, instead of content or a template. */
  experiment: Experiment.optional(),
  variables: z.record(z.string(), JsonValue).optional(),
  overrides: Overrides.optional(),
  /** When each person's turn is; left out, it is the start for all. */
  delivery: MessageTiming.optional(),
  pace_per_minute: PacePerMinute.optional(),
  start_at: Time.optional(),
  expires_at: Time.optional(),
  ttl_seconds: z.number().int().min(0).max(2_419_200).optional(),
  collapse_id: z.string().min(1).max(64).optional(),
  priority: z.enum(['high', 'normal']).optional(),
  category: z.enum(['transactional', 'marketing']).default('marketing'),
  /** What people consented to; left out, it is the category. */
  topic: TopicName.optional(),
  /** For caps that count the messages of a tag. */
  tags: Tags.optional(),
  metadata: z.record(z.string(), z.string().max(500)).optional(),
  dry_run: z.boolean().default(false),
  /** Refuses the send when more recipients match. */
  confirm_audience_at_most: z.number().int().min(0).optional(),
})
export type MessageCreate = z.infer<typeof MessageCreate>

export const MessageAccepted = z.object({
  id: Id,
  status: z.enum(messageStatuses),
  estimated_recipients: z.number(),
})
export type MessageAccepted = z.infer<typeof MessageAccepted>

export const Counts = z.object({
  targeted: z.number(),
  excluded: z.number(),
  pending: z.number(),
  sent: z.number(),
  failed: z.number(),
  received: z.number(),
  opened: z.number(),
  clicked: z.number(),
})
export type Counts = z.infer<typeof Counts>

const ByReason = z.record(z.string(), z.number())

export const Message = z.object({
  id: Id,
  app_id: Id,
  channel: z.enum(channels),
  status: z.enum(messageStatuses),
  /** True while the audience is still being frozen into batches: `targeted` still grows. */
  freezing: z.boolean(),
  title: z.string().nullable(),
  body: z.string().nullable(),
  to: JsonValue,
  content: JsonValue,
  overrides: JsonValue,
  variables: JsonValue,
  template_id: Id.nullable(),
  template_version: z.number().nullable(),
  category: z.string(),
  topic: z.string().nullable(),
  tags: z.array(z.string()),
  priority: z.string(),
  collapse_id: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  dry_run: z.boolean(),
  /** The campaign that made it, and which of its messages it is. */
  campaign_id: Id.nullable(),
  campaign_message_id: Id.nullable(),
  /** Its variants; their results stand at /v1/messages/{id}/experiment. */
  experiment: asSaved<ExperimentPlan | null>(),
  counts: Counts,
  excluded: ByReason,
  failed: ByReason,
  /** By type: what was heard after providers took it, such as delivered, bounced or unsubscribed; absent is none. */
  heard: ByReason,
  by_platform: z.record(
    z.string(),
    z.object({ pending: z.number(), sent: z.number(), failed: z.number(), excluded: z.number() }),
  ),
  retired_tokens: z.number(),
  /** What stands in the way now, such as a provider that refuses our credential. */
  holds: z.array(
    z.object({ platform: z.string(), reason: z.string(), detail: z.string(), until: Time.nullable() }),
  ),
  delivery: JsonValue,
  pace_per_minute: z.number().nullable(),
  /** When the next recipients are due, while some wait. */
  next_due_at: Time.nullable(),
  start_at: Time,
  expires_at: Time,
  created_at: Time,
  started_at: Time.nullable(),
  finished_at: Time.nullable(),
})
export type Message = z.infer<typeof Message>

export const createMessage = endpoint({
  id: 'createMessage',
  method: 'POST',
  path: '/v1/messages',
  access: 'messages:send',
  tag: 'Messages',
  status: 202,
  summary: 'Send: answers with an id before any provider is called',
  bodyLimit: emailBodyLimit,
  body: MessageCreate,
  answer: MessageAccepted,
})
export const listMessages = endpoint({
  id: 'listMessages',
  method: 'GET',
  path: '/v1/messages',
  access: 'messages:read',
  tag: 'Messages',
  status: 200,
  summary: 'List messages, newest first',
  query: PageQuery.extend({
    app_id: Id.optional(),
    status: z.enum(messageStatuses).optional(),
    campaign_id: Id.optional(),
  }),
  answer: pageOf(Message),
})
export const getMessage = endpoint({
  id: 'getMessage',
  method: 'GET',
  path: '/v1/messages/{id}',
  access: 'messages:read',
  tag: 'Messages',
  status: 200,
  summary: 'Status and live counts of a message',
  params: IdParams,
  answer: Message,
})
export const messageEvents = endpoint({
  id: 'messageEvents',
  method: 'GET',
  path: '/v1/messages/{id}/events',
  access: 'messages:read',
  tag: 'Messages',
  status: 200,
  summary: 'Progress as server-sent events: the message, each time it changes',
  params: IdParams,
  contentType: 'text/event-stream',
})
const MessageAction = z.object({
  id: Id,
  status: z.enum(messageStatuses),
  counts: Counts,
  in_flight: z.number(),
})
export const cancelMessage = endpoint({
  id: 'cancelMessage',
  method: 'POST',
  path: '/v1/messages/{id}/cancel',
  access: 'messages:send',
  tag: 'Messages',
  status: 200,
  summary: 'Stop for good: nothing more is handed to a provider once this answers',
  params: IdParams,
  answer: MessageAction,
})
export const pauseMessage = endpoint({
  id: 'pauseMessage',
  method: 'POST',
  path: '/v1/messages/{id}/pause',
  access: 'messages:send',
  tag: 'Messages',
  status: 200,
  summary: 'Hold what has not been handed over',
  params: IdParams,
  answer: MessageAction,
})
export const resumeMessage = endpoint({
  id: 'resumeMessage',
  method: 'POST',
  path: '/v1/messages/{id}/resume',
  access: 'messages:send',
  tag: 'Messages',
  status: 200,
  summary: 'Go on with a paused message',
  params: IdParams,
  answer: MessageAction,
})

export const Recipient = z.object({
  delivery_id: Id,
  subscription_id: Id.nullable(),
  user_id: Id.nullable(),
  platform: z.enum(platforms).nullable(),
  /** Which variant of an experiment it is given. */
  variant: z.string().nullable(),
  status: z.enum(['pending', ...outcomes]),
  reason: z.string().nullable(),
  provider_status: z.number().nullable(),
  provider_code: z.string().nullable(),
  provider_id: z.string().nullable(),
  detail: z.string().nullable(),
  attempts: z.number(),
  at: Time.nullable(),
  /** While pending: when its turn is, and the zone of the person, or else the device or the workspace. */
  due_at: Time.nullable(),
  zone: z.string().nullable(),
  interactions: z.array(z.enum(interactionTypes)),
})
export type Recipient = z.infer<typeof Recipient>

export const listRecipients = endpoint({
  id: 'listRecipients',
  method: 'GET',
  path: '/v1/messages/{id}/recipients',
  access: 'messages:read',
  tag: 'Messages',
  status: 200,
  summary: 'Every recipient with outcome and reason',
  params: IdParams,
  query: PageQuery.extend({
    status: z.enum(['pending', ...outcomes]).optional(),
    reason: z.string().max(64).optional(),
  }),
  answer: pageOf(Recipient),
})

export const WhyStep = z.object({
  /** matched, app, credential, subscription, permission, expiry, render, size, provider, feedback, … */
  step: z.string(),
  ok: z.boolean().nullable(),
  detail: z.string(),
  at: Time.nullable(),
})
export const Why = z.object({
  message_id: Id,
  user_id: Id,
  targeted: z.boolean(),
  /** One sentence that answers the question. */
  answer: z.string(),
  /** How the person does against each part of the audience. */
  audience: z.array(WhyStep),
  deliveries: z.array(z.object({ recipient: Recipient, trace: z.array(WhyStep) })),
})
export type Why = z.infer<typeof Why>

export const whyMessage = endpoint({
  id: 'whyMessage',
  method: 'GET',
  path: '/v1/messages/{id}/why',
  access: 'messages:read',
  tag: 'Messages',
  status: 200,
  summary: 'Why did, or did not, this arrive? The ordered trace for one person, targeted or not',
  params: IdParams,
  query: z.strictObject({ user_id: Id }),
  answer: Why,
})

const Interaction = z.strictObject({
  delivery_id: z.string().min(1).max(100),
  type: z.enum(deviceInteractionTypes),
  action_id: z.string().max(64).optional(),
  url: z.string().max(2_048).optional(),
  at: Time.optional(),
})
export type Interaction = z.infer<typeof Interaction>

export const createInteractions = endpoint({
  id: 'createInteractions',
  method: 'POST',
  path: '/v1/interactions',
  access: 'device',
  tag: 'Interactions',
  status: 202,
  summary: 'Report what a person did; unknown deliveries are counted and answered 202',
  body: z.union([Interaction, z.array(Interaction).min(1).max(500)]),
  answer: z.object({ recorded: z.number(), duplicate: z.number(), unknown: z.number() }),
})

/** Described where it is given; said again with every answer it would be half of the API's description. */
function asSaved<T>() {
  return z.unknown() as z.ZodType<T>
}
