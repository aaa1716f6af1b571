import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { Id, IdParams, PageQuery, pageOf, Time } from './shared.ts'

/** A Twilio account, or whoever speaks like one. */
export const TwilioCredential = z.strictObject({
  provider: z.literal('twilio'),
  account_sid: z.string(),
  auth_token: z.string(),
  /** A number, a short code or a name; or instead of it the service that chooses one. */
  from: z.string().optional(),
  messaging_service_sid: z.string().optional(),
})
export type TwilioCredential = z.infer<typeof TwilioCredential>

/** An account at a provider's message centre, SMPP 3.4. */
export const SmppCredential = z.strictObject({
  provider: z.literal('smpp'),
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65_535),
  tls: z.boolean().optional(),
  /** SMPP 3.4, section 4.1.1: at most 15 and 8 characters. */
  system_id: z.string().min(1).max(15),
  password: z.string().max(8),
  system_type: z.string().max(12).optional(),
  from: z.string(),
  /** Requests that may wait for their answer at a time. Default 10. */
  window: z.number().int().min(1).max(500).optional(),
  /** Seconds of quiet after which the connection is tried. Default 30. */
  enquire_link_seconds: z.number().int().min(5).max(3_600).optional(),
})
export type SmppCredential = z.infer<typeof SmppCredential>

export const SmsCredential = z.discriminatedUnion('provider', [TwilioCredential, SmppCredential])
export type SmsCredential = z.infer<typeof SmsCredential>

const Reply = z.string().trim().min(1).max(1_000).nullable()

/** What is answered to whoever writes STOP, START or HELP; nothing where it is null. */
export const SmsReplies = z.object({ stop: Reply, start: Reply, help: Reply })
export type SmsReplies = z.infer<typeof SmsReplies>
export const SmsRepliesChange = z.strictObject(SmsReplies.shape).partial()

/** What a text message of a person's was understood as. */
export const inboundKinds = ['stop', 'start', 'help', 'other'] as const
export type InboundKind = (typeof inboundKinds)[number]

export const InboundMessage = z.object({
  id: Id,
  app_id: Id,
  /** The person's number, and ours. */
  from: z.string(),
  to: z.string(),
  text: z.string(),
  kind: z.enum(inboundKinds),
  /** Null for a number that nobody has. */
  user_id: Id.nullable(),
  subscription_id: Id.nullable(),
  at: Time,
})
export type InboundMessage = z.infer<typeof InboundMessage>

export const listInboundMessages = endpoint({
  id: 'listInboundMessages',
  method: 'GET',
  path: '/v1/inbound-messages',
  access: 'messages:read',
  tag: 'Messages',
  status: 200,
  summary: 'What people wrote to the numbers of apps, newest first',
  query: PageQuery.extend({
    app_id: Id.optional(),
    user_id: Id.optional(),
    kind: z.enum(inboundKinds).optional(),
  }),
  answer: pageOf(InboundMessage),
})

export const takeTwilioReport = endpoint({
  id: 'takeTwilioReport',
  method: 'POST',
  path: '/v1/feedback/sms/twilio/{id}',
  access: 'public',
  tag: 'Feedback',
  status: 204,
  summary: 'For Twilio alone: message statuses and incoming messages of an app, signed with its auth token',
  params: IdParams,
  query: z.strictObject({ delivery_id: z.string().max(100).optional() }),
  bodyType: 'application/x-www-form-urlencoded',
  body: z.record(z.string(), z.string()),
})
