import { putBounded } from './bounded.ts'
import type { DeviceIdentity } from './device-token.ts'
import type { Scenario } from './words.ts'

/** What becomes of one attempt on a device, once the request itself has been found correct. */
export type Fate =
  | 'accept'
  | 'unregistered'
  | 'bad_token'
  | 'wrong_app'
  | 'throttled'
  | 'unavailable'
  | 'message_bad'
  | 'reset'
  | 'goaway'

export type Fates = (identity: DeviceIdentity, deliveryId: string | undefined) => Fate

const ATTEMPTS_LIMIT = 100_000

/** `first` fails the first attempt of each delivery (of the device, where no delivery id is sent). */
const plans: Record<Scenario, { fate: Fate; first?: true }> = {
  ok: { fate: 'accept' },
  unregistered: { fate: 'unregistered' },
  bad_token: { fate: 'bad_token' },
  // The token was made for the other environment; APNs notices that by itself.
  wrong_environment: { fate: 'accept' },
  wrong_app: { fate: 'wrong_app' },
  throttled: { fate: 'throttled', first: true },
  throttled_always: { fate: 'throttled' },
  unavailable: { fate: 'unavailable', first: true },
  unavailable_always: { fate: 'unavailable' },
  slow: { fate: 'accept' },
  reset: { fate: 'reset', first: true },
  goaway: { fate: 'goaway', first: true },
  message_bad: { fate: 'message_bad' },
}

/** Remembers the last 100,000 first attempts and nothing else; a device that is `ok` costs no memory. */
export function createFates(): Fates {
  const attempted = new Map<string, true>()
  return (identity, deliveryId) => {
    const plan = plans[identity.scenario]
    if (!plan.first) return plan.fate
    const attempt = `${identity.platform} ${identity.serial} ${deliveryId ?? ''}`
    if (attempted.has(attempt)) return 'accept'
    putBounded(attempted, ATTEMPTS_LIMIT, attempt, true)
    return plan.fate
  }
}

/** How long an accepted attempt is left unanswered, in milliseconds. */
export const answerDelayMs = (identity: DeviceIdentity) =>
  identity.scenario === 'slow' ? identity.setting : 0
