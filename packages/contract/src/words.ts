/**
 * The closed lists of the product's language. A new concept is first a word here.
 *
 * workspace     a tenant; every row belongs to one
 * app           an application people install or visit; published or unpublished
 * credential    what a provider asks of us for one app and platform
 * user          a person whose data exists here
 * subscription  one app on one device, with a provider token; or a person's email address, phone number or pass
 * channel       push, email, sms or pass: how a message goes
 * segment       numbered conditions plus a definition over the numbers
 * message       one send to one audience with one content
 * campaign      messages that go by themselves to everybody who comes to match, once each, between two dates
 * run           one message that a campaign made, to those it had not met yet
 * event definition  what is sent when a call tells that something happened elsewhere; active or inactive
 * invocation    one such call: it makes one message
 * delivery      one message to one subscription; it ends in exactly one outcome
 * interaction   what the person did (received, opened, clicked, action, dismissed), or what was heard of a delivery
 *               after its provider accepted it (delivered, undelivered, bounced, complained, unsubscribed)
 * event         something that happened, in the log: its type, when, and what it is about
 * webhook       an address of somebody's own that events are sent to, signed
 * experiment    a message in two to eight variants; each person is given one, or is in the control group
 * gate          a rule that may hold or drop a delivery
 * topic         what messages are about, as people consent to it; has a purpose, such as marketing
 * consent       what a person granted or denied: a topic or a purpose, all channels or one
 * cap           how many messages a person gets within a window at most; each takes a use
 * quiet hours   when people are left alone, on their own clock
 * holdout       people who get nothing but transactional messages, so that it shows what messages do
 */
/** Those that a device registers for itself. */
export const pushPlatforms = ['apns', 'fcm', 'webpush', 'wns'] as const
export type PushPlatform = (typeof pushPlatforms)[number]

export const platforms = [...pushPlatforms, 'email', 'sms', 'wallet'] as const
export type Platform = (typeof platforms)[number]

/** How a message reaches people: each channel has platforms of its own. */
export const channels = ['push', 'email', 'sms', 'pass'] as const
export type Channel = (typeof channels)[number]

/** The platforms of a channel: whoever has a subscription for one of them is reached by it. */
export const channelPlatforms = {
  push: pushPlatforms,
  email: ['email'],
  sms: ['sms'],
  pass: ['wallet'],
} as const satisfies Record<Channel, readonly Platform[]>

/** The channel that a platform belongs to. */
export function channelOfPlatform(platform: Platform): Channel {
  return (
    channels.find((channel) => (channelPlatforms[channel] as readonly Platform[]).includes(platform)) ??
    'push'
  )
}

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

/** Each message to everybody it reaches; or to each person the first, in order, that reaches them. */
export const reachRules = ['all', 'first'] as const
export type ReachRule = (typeof reachRules)[number]

/** Derived from the clock and from what was done, never stored; `paused` and `terminated` by a person. */
export const campaignStatuses = ['draft', 'pending', 'running', 'paused', 'completed', 'terminated'] as const
export type CampaignStatus = (typeof campaignStatuses)[number]

export const repeatUnits = ['hours', 'days', 'weeks'] as const
export type RepeatUnit = (typeof repeatUnits)[number]

export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const
export type Weekday = (typeof weekdays)[number]

/** What becomes of people for whom a local time has passed already. */
export const lateChoices = ['send_now', 'next_day', 'skip'] as const
export type LateChoice = (typeof lateChoices)[number]

/** Only an active event definition sends. */
export const eventDefinitionStatuses = ['active', 'inactive'] as const
export type EventDefinitionStatus = (typeof eventDefinitionStatuses)[number]

/** What a device reports. */
export const deviceInteractionTypes = ['received', 'opened', 'clicked', 'action', 'dismissed'] as const

/** And what is heard of a delivery after its provider accepted it, from the provider or the person. */
export const interactionTypes = [
  ...deviceInteractionTypes,
  'delivered',
  'undelivered',
  'bounced',
  'complained',
  'unsubscribed',
] as const
export type InteractionType = (typeof interactionTypes)[number]

/** What variants are compared by: the share of what was sent that came to this. */
export const experimentMetrics = ['delivered', 'received', 'opened', 'clicked'] as const
export type ExperimentMetric = (typeof experimentMetrics)[number]

/**
 * Why a variant won: it did best; the first of several that did equally well; the first variant, because too little
 * was sent or because its lead over the first is not certain; or a person chose it.
 */
export const winnerReasons = ['best', 'tie', 'too_little_data', 'not_certain', 'by_hand'] as const
export type WinnerReason = (typeof winnerReasons)[number]

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
  'interaction.delivered',
  'interaction.undelivered',
  'interaction.bounced',
  'interaction.complained',
  'interaction.unsubscribed',
  'subscription.created',
  'subscription.retired',
  'subscription.suspect',
  'app.credential_rejected',
] as const
export type EventType = (typeof eventTypes)[number]

/** Why a webhook was disabled by itself. */
export const webhookDisabledReasons = ['gone', 'failing', 'secret_unreadable'] as const
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

export const consentModels = ['opt_out', 'opt_in'] as const
export type ConsentModel = (typeof consentModels)[number]

/** The calendar spans of a cap; a week begins on Monday. */
export const calendarSpans = ['day', 'week', 'month'] as const
export type CalendarSpan = (typeof calendarSpans)[number]

/** Who stands in the audit: somebody in the console, a secret key, a campaign that sends by itself, or a person who wrote to us. */
export const auditActors = ['console', 'secret', 'campaign', 'person'] as const
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
