import { readPoint } from '../crypto/p256.ts'
import { webPushPathOf } from '../device-address.ts'
import type { DeviceTokens } from '../device-token.ts'

export interface SubscribeOptions {
  tokens: DeviceTokens
  serials(count: number): number[]
  /** `https://localhost:PORT` */
  origin(): string
}

/** An endpoint for a browser that makes its own keys, bound to the VAPID key that it subscribes with. */
export function subscribeBrowser(
  publicKey: string,
  { tokens, serials, origin }: SubscribeOptions,
): { endpoint: string; serial: number } | undefined {
  const point = readPoint(publicKey)
  const [serial] = point ? serials(1) : []
  if (!point || serial === undefined) return undefined
  const sealed = tokens.seal({
    platform: 'webpush',
    environment: 'production',
    scenario: 'ok',
    addressedBy: 'browser',
    serial,
    setting: 0,
    appDigest: tokens.digestOf(point.text),
  })
  return { endpoint: origin() + webPushPathOf(sealed), serial }
}
