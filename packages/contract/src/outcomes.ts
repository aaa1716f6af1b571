/**
 * The ways a delivery ends, and why. Every targeted recipient ends in one outcome with one reason; nothing is
 * unclassified. A delivery that has not ended is *pending*, which is the absence of a row, not an outcome.
 */
export const outcomes = ['sent', 'failed', 'excluded'] as const
export type Outcome = (typeof outcomes)[number]

/** Why nothing was handed to a provider. The sentences are shown to people as they stand. */
export const excludedReasons = {
  subscription_moved: 'The device belongs to somebody else by now.',
  app_unpublished: 'The app is not published; only published apps send.',
  no_subscription: 'The person has no subscription for this app.',
  unsubscribed: 'The subscription was switched off by the person or an operator.',
  no_consent: 'The person has not agreed to messages of this topic, or has refused them.',
  permission_denied: 'The device does not allow notifications from this app.',
  token_retired: 'The provider said earlier that this token is dead.',
  token_suspect: 'The token looked dead in a round where too many did; it is held for review.',
  no_credential: 'The app has no credential for this platform.',
  not_applicable: 'This platform cannot carry this kind of message.',
  too_late: 'Its local time had passed where this person is when the message was accepted.',
  holdout: 'The person is in the holdout, which gets nothing but transactional messages.',
  capped: 'The person has got as many messages as a cap allows.',
  quiet_hours: 'It was the person’s quiet hours, and the rule or the expiry left no later time.',
  expired: 'The message expired before its turn came.',
  cancelled: 'The message was cancelled before its turn came.',
  control_group: 'The person is in the control group of this experiment, which gets nothing.',
  render_error: 'The content could not be rendered for this person.',
  payload_too_large: 'The rendered payload exceeds what the provider accepts.',
  subscription_deleted: 'The subscription was deleted before its turn came.',
  dry_run: 'A dry run: everything was done but the call to the provider.',
} as const satisfies Record<string, string>
export type ExcludedReason = keyof typeof excludedReasons

/** Why a delivery that was handed to a provider, or should have been, did not get through. */
export const failedReasons = {
  token_unregistered: 'The provider says the token is no longer registered.',
  token_invalid: 'The provider does not know the token.',
  token_wrong_context: 'The token belongs to another app, environment or project.',
  message_rejected: 'The provider refused the message itself.',
  credential_rejected: 'The provider refused our credential until the message expired.',
  throttled: 'The provider throttled us until the message expired.',
  provider_unavailable: 'The provider stayed unavailable until the message expired or the attempts ran out.',
  provider_dropped: 'The provider took the message but told us that it dropped it.',
  target_refused: 'The address points to a host that is not allowed.',
  opted_out: 'The person told the provider to stop; the number is unsubscribed.',
} as const satisfies Record<string, string>
export type FailedReason = keyof typeof failedReasons

export const sentReasons = { accepted: 'The provider accepted the notification.' } as const
export type SentReason = keyof typeof sentReasons

export type Reason = ExcludedReason | FailedReason | SentReason

/** The sentence for a reason, as people read it. */
export const reasonText: Record<Reason, string> = { ...sentReasons, ...failedReasons, ...excludedReasons }
