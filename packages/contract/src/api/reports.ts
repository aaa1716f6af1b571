import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { platforms, subscriptionStatuses } from '../words.ts'
import { Counts, Recipient } from './messages.ts'
import { Id, IdParams, PageQuery, pageOf, Time } from './shared.ts'

export const Delivery = Recipient.extend({ message_id: Id })
export type Delivery = z.infer<typeof Delivery>

export const getDelivery = endpoint({
  id: 'getDelivery',
  method: 'GET',
  path: '/v1/deliveries/{id}',
  access: 'messages:read',
  tag: 'Messages',
  status: 200,
  summary: 'One delivery, by the id that its device got, and the message that it is of',
  // Devices bring these ids, so anything may stand here; what we did not make is not found.
  params: z.strictObject({ id: z.string().min(1).max(100) }),
  answer: Delivery,
})

export const UserMessage = z.object({
  message_id: Id,
  app_id: Id,
  title: z.string().nullable(),
  created_at: Time,
  /** What became of it on each device, 50 at most; `sentence` says what the reason means. */
  deliveries: z.array(Recipient.extend({ sentence: z.string().nullable() })),
})
export type UserMessage = z.infer<typeof UserMessage>

export const listUserMessages = endpoint({
  id: 'listUserMessages',
  method: 'GET',
  path: '/v1/users/{id}/messages',
  access: 'messages:read',
  tag: 'Messages',
  status: 200,
  summary: 'The messages that targeted a person, newest first, with what became of them on each device',
  params: IdParams,
  query: PageQuery,
  answer: pageOf(UserMessage),
})

const byStatus = z.record(z.enum(subscriptionStatuses), z.number())

export const Overview = z.object({
  apps: z.number(),
  users: z.number(),
  /** By platform, then by status. */
  subscriptions: z.record(z.enum(platforms), byStatus),
  /** What was created in the last seven days, and what became of it until now. */
  last_7_days: z.object({ since: Time, messages: z.number(), counts: Counts }),
})
export type Overview = z.infer<typeof Overview>

export const getOverview = endpoint({
  id: 'getOverview',
  method: 'GET',
  path: '/v1/overview',
  access: 'messages:read',
  tag: 'Messages',
  status: 200,
  summary: 'How much there is, and how the sends of the last seven days went',
  answer: Overview,
})
