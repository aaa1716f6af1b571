import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { eventTypes, webhookDisabledReasons } from '../words.ts'
import { Id, IdParams, PageQuery, pageOf, Time } from './shared.ts'

/** Such as `evt_1042`: the same in the stream, in `webhook-id` and in the log of attempts. */
export const EventId = z.string().regex(/^evt_[0-9]{1,15}$/, 'is not an event id such as evt_1042')

/** One event as the stream and the webhooks tell it. What `data` holds by type stands in the guide on webhooks. */
export const LoggedEvent = z.object({
  id: EventId,
  type: z.enum(eventTypes),
  timestamp: Time,
  data: z.record(z.string(), z.unknown()),
})
export type LoggedEvent = z.infer<typeof LoggedEvent>

const EventTypes = z.array(z.enum(eventTypes)).min(1).max(eventTypes.length)

/** Https, and no credentials in it: they would be shown to whoever reads the webhook. */
const WebhookUrl = z
  .url({ protocol: /^https$/, error: 'is not an https address' })
  .max(2_048)
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : null
    return url !== null && url.username === '' && url.password === '' && url.hash === ''
  }, 'must hold neither a user, a password nor a fragment')

export const Webhook = z.object({
  id: Id,
  url: z.string(),
  description: z.string().nullable(),
  /** Null: every type, those to come as well. */
  types: z.array(z.enum(eventTypes)).nullable(),
  enabled: z.boolean(),
  /**
   * Why it was disabled by itself: `gone`, the receiver answered 410; `failing`, nothing got through for 3 days;
   * `secret_unreadable`, its secret was sealed with another SECRET_KEY.
   */
  disabled_reason: z.enum(webhookDisabledReasons).nullable(),
  disabled_detail: z.string().nullable(),
  disabled_at: Time.nullable(),
  /** Until then the secret before the last rotation signs as well. */
  old_secret_until: Time.nullable(),
  /** Null while the last attempt succeeded. */
  failing_since: Time.nullable(),
  /** Nothing is sent before this moment. */
  held_until: Time.nullable(),
  last_success_at: Time.nullable(),
  /** Events that failed, or are to be replayed, and wait for their turn. */
  retrying: z.number(),
  created_at: Time,
  updated_at: Time,
})
export type Webhook = z.infer<typeof Webhook>

const Secret = z.object({
  /** `whsec_` and the key in base64, as Standard Webhooks has it; never shown again. */
  secret: z.string(),
})

const WebhookFields = {
  url: WebhookUrl,
  description: z.string().trim().max(255).nullable().optional(),
  types: EventTypes.nullable().optional(),
}

export const WebhookAttempt = z.object({
  id: Id,
  /** `test_…` of a test. */
  event_id: z.string(),
  type: z.string(),
  /** 1 for the first. A replay begins anew. */
  attempt: z.number(),
  at: Time,
  succeeded: z.boolean(),
  /** Null when there was no answer. */
  status: z.number().nullable(),
  /** Why there was none: a name such as `TIMEOUT`, `ECONNREFUSED` or `TARGET_REFUSED`. */
  failure: z.string().nullable(),
  duration_ms: z.number(),
  /** The first 1,024 characters of the answer. */
  answer: z.string(),
  /** When it is tried again; null when it succeeded or was given up. */
  next_at: Time.nullable(),
})
export type WebhookAttempt = z.infer<typeof WebhookAttempt>

export const listWebhooks = endpoint({
  id: 'listWebhooks',
  method: 'GET',
  path: '/v1/webhooks',
  access: 'webhooks:read',
  tag: 'Webhooks',
  status: 200,
  summary: 'List webhooks; never their secrets',
  query: PageQuery,
  answer: pageOf(Webhook),
})
export const createWebhook = endpoint({
  id: 'createWebhook',
  method: 'POST',
  path: '/v1/webhooks',
  access: 'webhooks:write',
  tag: 'Webhooks',
  status: 201,
  summary: 'Have events sent to an https address from now on; the secret is shown this once',
  isSecret: true,
  body: z.strictObject({ ...WebhookFields, enabled: z.boolean().default(true) }),
  answer: Webhook.extend(Secret.shape),
})
export const getWebhook = endpoint({
  id: 'getWebhook',
  method: 'GET',
  path: '/v1/webhooks/{id}',
  access: 'webhooks:read',
  tag: 'Webhooks',
  status: 200,
  summary: 'Read a webhook and how it fares',
  params: IdParams,
  answer: Webhook,
})
export const patchWebhook = endpoint({
  id: 'patchWebhook',
  method: 'PATCH',
  path: '/v1/webhooks/{id}',
  access: 'webhooks:write',
  tag: 'Webhooks',
  status: 200,
  summary: 'Change a webhook; one that is enabled again goes on where it stopped',
  params: IdParams,
  body: z.strictObject({ ...WebhookFields, enabled: z.boolean() }).partial(),
  answer: Webhook,
})
export const deleteWebhook = endpoint({
  id: 'deleteWebhook',
  method: 'DELETE',
  path: '/v1/webhooks/{id}',
  access: 'webhooks:write',
  tag: 'Webhooks',
  status: 204,
  summary: 'Delete a webhook with its log',
  params: IdParams,
})
export const rotateWebhookSecret = endpoint({
  id: 'rotateWebhookSecret',
  method: 'POST',
  path: '/v1/webhooks/{id}/rotate-secret',
  access: 'webhooks:write',
  tag: 'Webhooks',
  status: 200,
  summary: 'Make a new secret, shown this once; the old one signs beside it for 24 hours',
  isSecret: true,
  params: IdParams,
  answer: Webhook.extend(Secret.shape),
})
export const testWebhook = endpoint({
  id: 'testWebhook',
  method: 'POST',
  path: '/v1/webhooks/{id}/test',
  access: 'webhooks:write',
  tag: 'Webhooks',
  status: 200,
  summary: 'Send one event of type webhook.test now and tell what came of it',
  params: IdParams,
  answer: WebhookAttempt,
})
export const listWebhookAttempts = endpoint({
  id: 'listWebhookAttempts',
  method: 'GET',
  path: '/v1/webhooks/{id}/attempts',
  access: 'webhooks:read',
  tag: 'Webhooks',
  status: 200,
  summary: 'What was sent and what was answered, newest first',
  params: IdParams,
  query: PageQuery.extend({
    outcome: z.enum(['succeeded', 'failed']).optional(),
    event_id: z.string().max(64).optional(),
  }),
  answer: pageOf(WebhookAttempt),
})
export const replayWebhook = endpoint({
  id: 'replayWebhook',
  method: 'POST',
  path: '/v1/webhooks/{id}/replay',
  access: 'webhooks:write',
  tag: 'Webhooks',
  status: 202,
  summary:
    'Send events again with the ids they had: some by id, or all that the webhook wants of a span of time',
  params: IdParams,
  body: z.union([
    z.strictObject({ event_ids: z.array(EventId).min(1).max(1_000) }),
    z.strictObject({ from: Time, to: Time.optional() }),
  ]),
  answer: z.object({ queued: z.number() }),
})

const Types = z
  .string()
  .max(1_000)
  .transform((text) => text.split(',').map((type) => type.trim()))
  .pipe(EventTypes)

export const streamEvents = endpoint({
  id: 'streamEvents',
  method: 'GET',
  path: '/v1/stream',
  access: 'stream:read',
  tag: 'Webhooks',
  status: 200,
  summary: 'Events as lines of JSON, each with the offset to go on from; stays open unless follow is false',
  query: z.strictObject({
    /** Comma list; absent: all. */
    types: Types.optional(),
    /** `latest`, `earliest`, or an offset from an earlier line: what follows it is sent. */
    offset: z.string().min(1).max(64).default('latest'),
    follow: z.enum(['true', 'false']).default('true'),
  }),
  contentType: 'application/x-ndjson',
})
