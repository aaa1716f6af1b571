import { bundleId, expiresAtSeconds, type SampleMessage } from './sample-messages.ts'

export function apnsPath({ token }: SampleMessage): string {
  return `/3/device/${token}`
}

/** The authorization is as long as a real one: a JWT with ES256. */
export function apnsHeaders(id: string) {
  return {
    authorization: `bearer ${'x'.repeat(70)}.${'x'.repeat(64)}.${'x'.repeat(86)}`,
    'apns-topic': bundleId,
    'apns-push-type': 'alert',
    'apns-priority': '10',
    'apns-expiration': String(expiresAtSeconds),
    'apns-id': id,
  }
}
