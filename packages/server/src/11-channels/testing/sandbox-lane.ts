import type { Environment } from '@carillon/contract'
import type { Sandbox } from '@carillon/sandbox'
import type { LaneOptions } from '../channel.ts'
import { laneOptions } from './lane-options.ts'

/** Lane options that lead to the emulators of a sandbox. */
export function sandboxLaneOptions(sandbox: Sandbox, environment: Environment = 'production'): LaneOptions {
  const { APNS_ENDPOINT, APNS_SANDBOX_ENDPOINT, FCM_ENDPOINT, FCM_TOKEN_ENDPOINT, TWILIO_ENDPOINT } =
    sandbox.env
  return laneOptions({
    environment,
    ca: [sandbox.caPem],
    endpoints: {
      apns: APNS_ENDPOINT,
      apnsSandbox: APNS_SANDBOX_ENDPOINT,
      fcm: FCM_ENDPOINT,
      fcmToken: FCM_TOKEN_ENDPOINT,
      twilio: TWILIO_ENDPOINT,
    },
  })
}
