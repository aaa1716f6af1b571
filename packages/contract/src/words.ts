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
 * campaign      messages that go by themselves to everybody who comes to match, once each, between two dates
 * run           one message that a campaign made, to those it had not met yet
 * event definition  what is sent when a call tells that something happened elsewhere; active or inactive
 * invocation    one such call: it makes one message
 * delivery      one message to one subscription; it ends in exactly one outcome
 * interaction   what the person did: received, opened, clicked, action, dismissed
 * event         something that happened, in the log: its type, when, and what it is about
 * webhook       an address of somebody's own that events are sent to, signed
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

/** Derived from the clock and from what was done, never stored; `paused` and `terminated` by a person. */
export const campaignStatuses = ['draft', 'pending', 'running', 'paused', 'completed', 'terminated'] as const
export type CampaignStatus = (typeof campaignStatuses)[number]

export const repeatUnits = ['hours', 'days', 'weeks'] as const
export type RepeatUnit = (typeof repeatUnits)[number]

/** Only an active event definition sends. */
export const eventDefinitionStatuses = ['active', 'inactive'] as const
export type EventDefinitionStatus = (typeof eventDefinitionStatuses)[number]

export const interactionTypes = ['received', 'opened', 'clicked', 'action', 'dismissed'] as const
export type InteractionType = (typeof interactionTypes)[number]

/** What stands in the event log. Those about deliveries and interactions tell of up to 250 of them at once. */
export const eventTypes = [
  'message.accepted',
  'message.finished',
  'message.cancelled',
  'delivery.sent',
  'delivery.failed',
  'delivery.excluded',
  'interaction.received',
  'interaction.opened',
  'interaction.clicked',
  'interaction.action',
  'interaction.dismissed',
  'subscription.created',
  'subscription.retired',
  'subscription.suspect',
  'app.credential_rejected',
] as const
export type EventType = (typeof eventTypes)[number]

/** Why a webhook was disabled by itself. */
export const webhookDisabledReasons = ['gone', 'failing'] as const
export type WebhookDisabledReason = (typeof webhookDisabledReasons)[number]

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

/** Who stands in the audit: somebody in the console, a secret key, or a campaign that sends by itself. */
export const auditActors = ['console', 'secret', 'campaign'] as const
export type AuditActor = (typeof auditActors)[number]

/** What a key may do; `*` is everything. `admin` reads the audit. Publishable keys carry `device` alone. */
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
  'campaigns:read',
  'campaigns:write',
  'campaigns:execute',
  'webhooks:read',
  'webhooks:write',
  'stream:read',
  'events:read',
  'events:write',
  'events:invoke',
  'settings:read',
  'settings:write',
  'admin',
  'device',
] as const
export type Scope = (typeof scopes)[number]
