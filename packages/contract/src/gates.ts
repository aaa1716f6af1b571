import type { ExcludedReason } from './outcomes.ts'

/** A rule that stands between a delivery and the provider. */
export interface Gate {
  /** The step of the why-view. */
  name: string
  asks: string
  /** How a delivery ends that does not pass. */
  reasons: readonly ExcludedReason[]
  /** Who is not asked. */
  bypass: string
  /** What the why-view says of who passed. */
  passed: string
}

/** Every gate in the order in which a delivery meets them; the first that it does not pass says why. */
export const gates = [
  {
    name: 'message',
    asks: 'Is the message neither cancelled nor expired?',
    reasons: ['cancelled', 'expired', 'too_late'],
    bypass: 'nobody',
    passed: 'The message was due, not cancelled and not expired.',
  },
  {
    name: 'app',
    asks: 'Is the app published?',
    reasons: ['app_unpublished'],
    bypass: 'nobody',
    passed: 'The app was published.',
  },
  {
    name: 'credential',
    asks: 'Has the app a credential for the platform?',
    reasons: ['no_credential'],
    bypass: 'nobody',
    passed: 'The app had a credential for the platform.',
  },
  {
    name: 'subscription',
    asks: 'Is there a subscription, still that person’s, and active?',
    reasons: [
      'no_subscription',
      'subscription_deleted',
      'subscription_moved',
      'unsubscribed',
      'token_retired',
      'token_suspect',
    ],
    bypass: 'nobody',
    passed: 'The device was subscribed and belonged to this person.',
  },
  {
    name: 'consent',
    asks: 'Did the person agree to the topic, by this channel?',
    reasons: ['no_consent'],
    bypass: 'nobody; the topic `transactional` asks nothing of who has not denied it',
    passed: 'The person had agreed to the topic, or not refused one that asks no more.',
  },
  {
    name: 'permission',
    asks: 'Does the device show notifications?',
    reasons: ['permission_denied'],
    bypass: 'silent pushes',
    passed: 'The device allows notifications.',
  },
  {
    name: 'holdout',
    asks: 'Is the person outside the workspace’s holdout?',
    reasons: ['holdout'],
    bypass: 'transactional messages; devices without a person',
    passed: 'The person was not in the holdout.',
  },
  {
    name: 'experiment',
    asks: 'Is the person outside the control group of the experiment?',
    reasons: ['control_group'],
    bypass: 'messages without an experiment',
    passed: 'Nobody of a control group.',
  },
  {
    name: 'caps',
    asks: 'Is there room under every cap?',
    reasons: ['capped'],
    bypass: 'transactional messages, unless the cap binds them; silent pushes; devices without a person',
    passed: 'No cap was full.',
  },
  {
    name: 'quiet_hours',
    asks: 'Is it outside quiet hours where the person is? If not: held until they end, or dropped.',
    reasons: ['quiet_hours'],
    bypass: 'transactional messages, unless they obey; channels that are not named; silent pushes',
    passed: 'It was not in quiet hours.',
  },
  {
    name: 'render',
    asks: 'Can the content be made for this person and platform?',
    reasons: ['not_applicable', 'render_error'],
    bypass: 'nobody',
    passed: 'The content was rendered for this person.',
  },
  {
    name: 'size',
    asks: 'Is the payload small enough for the provider?',
    reasons: ['payload_too_large'],
    bypass: 'nobody',
    passed: 'The payload was within the provider’s limit.',
  },
  {
    name: 'provider',
    asks: 'A dry run ends here; everything else is handed over.',
    reasons: ['dry_run'],
    bypass: 'nobody',
    passed: 'The provider accepted the notification.',
  },
] as const satisfies readonly Gate[]
export type GateName = (typeof gates)[number]['name']

/** Every excluded reason belongs to a gate: this line does not compile where one belongs to none. */
type Gated = (typeof gates)[number]['reasons'][number]
const isEveryReasonGated: [Exclude<ExcludedReason, Gated>] extends [never] ? true : never = true

/** At which gate a delivery with this reason ended. */
export function gateOfReason(reason: ExcludedReason): GateName {
  const gate = gates.find(({ reasons }) => (reasons as readonly string[]).includes(reason))
  if (!gate || !isEveryReasonGated) throw new Error(`${reason} belongs to no gate.`)
  return gate.name
}

/** The table as the documentation has it. */
export function gatesAsTable(): string {
  const rows = gates.map(
    ({ name, asks, reasons, bypass }, i) =>
      `| ${i + 1} | ${name} | ${asks} | ${reasons.map((reason) => `\`${reason}\``).join(', ')} | ${bypass} |`,
  )
  return ['| | gate | asks | ends as | not asked |', '|---|---|---|---|---|', ...rows].join('\n')
}
