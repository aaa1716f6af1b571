import { derive, deriveScalar, publicPoint } from '../crypto/p256.ts'

export interface SubscriberKeys {
  scalar: Buffer
  auth: Buffer
}

/** The browser's side of a subscription, worked out anew from the serial whenever it is needed. */
export function subscriberKeys(secret: Buffer, serial: number): SubscriberKeys {
  return {
    scalar: deriveScalar(secret, `webpush key ${serial}`),
    auth: derive(secret, `webpush auth ${serial}`, 16),
  }
}

/** As in a PushSubscription's JSON. */
export function publicKeysOf({ scalar, auth }: SubscriberKeys): { p256dh: string; auth: string } {
  return { p256dh: publicPoint(scalar).toString('base64url'), auth: auth.toString('base64url') }
}
