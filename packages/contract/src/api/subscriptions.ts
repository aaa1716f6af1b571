import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { environments, permissions, platforms, pushPlatforms, subscriptionStatuses } from '../words.ts'
import { Id, IdParams, Locale, PageQuery, pageOf, Time, TimeZone } from './shared.ts'

export const Subscription = z.object({
  id: Id,
  app_id: Id,
  platform: z.enum(platforms),
  environment: z.enum(environments),
  /** The provider's token or endpoint, shortened unless asked for by a secret key. */
  token: z.string(),
  device_id: z.string().nullable(),
  device_name: z.string().nullable(),
  user_id: Id.nullable(),
  /** The value that this device gave for the reconciliation key. */
  reconciliation_value: z.string().nullable(),
  status: z.enum(subscriptionStatuses),
  /** Why it is retired or suspect: the provider's own code. */
  status_reason: z.string().nullable(),
  permission: z.enum(permissions),
  locale: z.string().nullable(),
  timezone: z.string().nullable(),
  app_version: z.string().nullable(),
  registered_at: Time,
  created_at: Time,
})
export type Subscription = z.infer<typeof Subscription>

const fields = {
  device_id: z.string().min(1).max(255).optional(),
  device_name: z.string().max(255).optional(),
  reconciliation_value: z.string().min(1).max(2_000).nullable().optional(),
  user_id: Id.nullable().optional(),
  /** A user token (JWT, HS256 with the app's identity key) whose `sub` is the reconciliation value. */
  user_token: z.string().max(4_096).optional(),
  environment: z.enum(environments).optional(),
  permission: z.enum(permissions).optional(),
  locale: Locale.optional(),
  timezone: TimeZone.optional(),
  app_version: z.string().max(64).optional(),
}

export const WebPushKeys = z.strictObject({ p256dh: z.string().max(200), auth: z.string().max(100) })

export const SubscriptionCreate = z.strictObject({
  app_id: Id,
  /** Email addresses and phone numbers come from the attributes of users. */
  platform: z.enum(pushPlatforms),
  /** APNs device token (hex), FCM registration token or WNS channel address. */
  token: z.string().min(1).max(4_096).optional(),
  /** FCM: what `token` is; a Firebase installation id replaces the token of the same device. */
  target: z.enum(['token', 'fid']).optional(),
  endpoint: z.string().max(2_048).optional(),
  keys: WebPushKeys.optional(),
  ...fields,
})
export type SubscriptionCreate = z.infer<typeof SubscriptionCreate>

export const SubscriptionResult = z.object({
  id: Id,
  status: z.enum(subscriptionStatuses),
  user_id: Id.nullable(),
})
export type SubscriptionResult = z.infer<typeof SubscriptionResult>

export const createSubscription = endpoint({
  id: 'createSubscription',
  method: 'POST',
  path: '/v1/subscriptions',
  access: 'device',
  tag: 'Subscriptions',
  status: 201,
  alsoStatus: [200],
  summary: 'Register a device, or refresh it: 201 when new, 200 when known',
  body: SubscriptionCreate,
  answer: SubscriptionResult,
})
export const batchSubscriptions = endpoint({
  id: 'batchSubscriptions',
  method: 'POST',
  path: '/v1/subscriptions/batch',
  access: 'users:write',
  tag: 'Subscriptions',
  status: 200,
  summary: 'Register up to 100 devices; order kept, a result for each',
  body: z.strictObject({ subscriptions: z.array(z.unknown()).min(1).max(100) }),
  answer: z.object({
    results: z.array(
      z.object({
        index: z.number(),
        status: z.number(),
        id: Id.optional(),
        error: z.object({ code: z.string(), detail: z.string(), pointer: z.string().optional() }).optional(),
      }),
    ),
  }),
})
export const listSubscriptions = endpoint({
  id: 'listSubscriptions',
  method: 'GET',
  path: '/v1/subscriptions',
  access: 'users:read',
  tag: 'Subscriptions',
  status: 200,
  summary: 'List subscriptions, newest first',
  query: PageQuery.extend({
    app_id: Id.optional(),
    user_id: Id.optional(),
    platform: z.enum(platforms).optional(),
    status: z.enum(subscriptionStatuses).optional(),
  }),
  answer: pageOf(Subscription),
})
export const getSubscription = endpoint({
  id: 'getSubscription',
  method: 'GET',
  path: '/v1/subscriptions/{id}',
  access: 'users:read',
  tag: 'Subscriptions',
  status: 200,
  summary: 'Read a subscription',
  params: IdParams,
  answer: Subscription,
})
export const patchSubscription = endpoint({
  id: 'patchSubscription',
  method: 'PATCH',
  path: '/v1/subscriptions/{id}',
  access: 'device',
  tag: 'Subscriptions',
  status: 200,
  summary: 'Change a subscription: status, permission, person, device details',
  params: IdParams,
  body: z.strictObject({ ...fields, status: z.enum(['active', 'unsubscribed']).optional() }),
  answer: SubscriptionResult,
})
export const deleteSubscription = endpoint({
  id: 'deleteSubscription',
  method: 'DELETE',
  path: '/v1/subscriptions/{id}',
  access: 'device',
  tag: 'Subscriptions',
  status: 204,
  summary: 'Delete a subscription',
  params: IdParams,
})
/** Tokens whose retirement the mass-retire guard held back. */
export const reviewSuspects = endpoint({
  id: 'reviewSuspects',
  method: 'POST',
  path: '/v1/subscriptions/suspects',
  access: 'users:write',
  tag: 'Subscriptions',
  status: 200,
  summary: 'Decide over held retirements of an app: retire them or take them back',
  body: z.strictObject({
    app_id: Id,
    platform: z.enum(platforms).optional(),
    decision: z.enum(['retire', 'restore']),
  }),
  answer: z.object({ changed: z.number() }),
})
