/**
 * The closed lists of the product's language. A new concept is first a word here.
 *
 * workspace     a tenant; every row belongs to one
 * app           an application people install or visit; published or unpublished
 * credential    what a provider asks of us for one app and platform
 * user          a person whose data exists here
 * subscription  one app on one device, with a provider token
 * segment       numbered conditions plus a definition over the numbers
 * message       one send to one audience with one content
 * delivery      one message to one subscription; it ends in exactly one outcome
 * interaction   what the person did: received, opened, clicked, action, dismissed
 * gate          a rule that may hold or drop a delivery
 */
export const platforms = ['apns', 'fcm', 'webpush', 'wns'] as const
export type Platform = (typeof platforms)[number]

export const environments = ['production', 'sandbox'] as const
export type Environment = (typeof environments)[number]

export const appStatuses = ['published', 'unpublished'] as const
export type AppStatus = (typeof appStatuses)[number]

/**
 * `active` may be sent to; `unsubscribed` by the person or an operator; `retired` because the provider said
 * the token is dead; `suspect` because a retirement is held for review (mass-retire guard).
 */
export const subscriptionStatuses = ['active', 'unsubscribed', 'retired', 'suspect'] as const
export type SubscriptionStatus = (typeof subscriptionStatuses)[number]

/** What the device's operating system lets the app show. */
export const permissions = ['granted', 'provisional', 'denied', 'default'] as const
export type Permission = (typeof permissions)[number]

export const messageStatuses = [
  'accepted',
  'scheduled',
  'sending',
  'paused',
  'finished',
  'cancelled',
  'expired',
] as const
export type MessageStatus = (typeof messageStatuses)[number]

export const interactionTypes = ['received', 'opened', 'clicked', 'action', 'dismissed'] as const
export type InteractionType = (typeof interactionTypes)[number]

export const attributeTypes = ['string', 'number', 'boolean', 'date', 'picklist'] as const
export type AttributeType = (typeof attributeTypes)[number]

export const segmentOperators = [
  'equals',
  'not_equals',
  'contains',
  'not_contains',
  'greater',
  'less',
  'between',
  'in',
  'not_in',
  'exists',
  'not_exists',
  'before',
  'after',
  'within_last_days',
  'more_than_days_ago',
  'within_next_days',
  'received',
  'opened',
  'clicked',
  'in_segment',
] as const
export type SegmentOperator = (typeof segmentOperators)[number]

/** What a key may do; `*` is everything. Publishable keys carry `device` alone. */
export const scopes = [
  '*',
  'apps:read',
  'apps:write',
  'users:read',
  'users:write',
  'segments:read',
  'segments:write',
  'templates:read',
  'templates:write',
  'messages:read',
  'messages:send',
  'settings:read',
  'settings:write',
  'device',
] as const
export type Scope = (typeof scopes)[number]
