/** The four kinds of virtual phone; the same words as the product's platforms. */
export const platforms = ['apns', 'fcm', 'webpush', 'wns'] as const
export type Platform = (typeof platforms)[number]

/** What listens: one TLS port each. APNs keeps its two environments on two hosts. */
export const listenerNames = ['apns', 'apnsSandbox', 'fcm', 'webpush', 'wns', 'twilio'] as const
export type ListenerName = (typeof listenerNames)[number]

/** What can be counted and made to fail: the listeners, the two OAuth endpoints behind them, and the SMPP centre. */
export const providers = [...listenerNames, 'fcmToken', 'wnsToken', 'smpp'] as const
export type Provider = (typeof providers)[number]

export const environments = ['production', 'sandbox'] as const
export type Environment = (typeof environments)[number]

/**
 * How a device behaves for its whole life; part of its token.
 * @note Append only: a token carries the position in this list, and tokens outlive restarts.
 */
export const scenarios = [
  'ok',
  'unregistered',
  'bad_token',
  'wrong_environment',
  'wrong_app',
  'throttled',
  'throttled_always',
  'unavailable',
  'unavailable_always',
  'slow',
  'reset',
  'goaway',
  'message_bad',
] as const
export type Scenario = (typeof scenarios)[number]

export const faultKinds = [
  'status',
  'slow',
  'reset',
  'goaway',
  'hang',
  'refuse_connections',
  'expired_provider_token',
] as const
export type FaultKind = (typeof faultKinds)[number]
