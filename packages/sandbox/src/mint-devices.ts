import type { Accounts } from './accounts.ts'
import { SAMPLE } from './accounts.ts'
import { readPoint } from './crypto/p256.ts'
import { apnsTokenOf, fcmTokenOf, fidOf, webPushPathOf, wnsPathOf } from './device-address.ts'
import type { DeviceIdentity, DeviceTokens } from './device-token.ts'
import { phoneIdOf } from './device-token.ts'
import type { Keep } from './keep.ts'
import type { Phones } from './phones/phones.ts'
import { Problem } from './problem.ts'
import { publicKeysOf, subscriberKeys } from './webpush/subscriber-keys.ts'
import type { Environment, Platform, Scenario } from './words.ts'

export interface DeviceRequest {
  platform: Platform
  /** Bundle id, project id, WNS client id (the sample's when absent) or VAPID public key (always needed). */
  app?: string
  environment?: Environment
  scenario?: Scenario
  count?: number
  /** Named devices always appear among the phones. */
  name?: string
  /** FCM: the kind of address to hand out. */
  kind?: 'token' | 'fid'
  /** For `slow`. */
  slow_ms?: number
  /** For `unregistered`: when the device died, epoch milliseconds or RFC 3339. Default: now. */
  invalid_since?: number | string
}

export interface Device {
  id: string
  platform: Platform
  name?: string
  /** Web Push has `endpoint` and `keys` instead. */
  token?: string
  endpoint?: string
  keys?: { p256dh: string; auth: string }
}

export interface MintOptions {
  keep: Keep
  serials(count: number): number[]
  secret: Buffer
  tokens: DeviceTokens
  accounts: Accounts
  phones: Phones
  /** `https://localhost:PORT` */
  originOf(listener: 'webpush' | 'wns'): string
  now(): number
}

const DEFAULT_SLOW_MS = 2000
const SAMPLE_APPS = { apns: SAMPLE.bundleId, fcm: SAMPLE.projectId, wns: SAMPLE.clientId, webpush: undefined }

/** Makes devices. A token says everything about its device; only names are remembered. */
export function createMint(options: MintOptions): (request: DeviceRequest) => Device[] {
  return (request) => {
    const app = appOf(request)
    if (request.platform === 'apns') claimBundle(options.accounts, app)
    const pattern = identityOf(request, options.tokens.digestOf(app), options.now())
    const count = request.count ?? 1
    const devices = options.serials(count).map((serial, index) => {
      const identity = { ...pattern, serial }
      const name = request.name === undefined || count === 1 ? request.name : `${request.name} ${index + 1}`
      const device = {
        id: phoneIdOf(identity),
        platform: request.platform,
        name,
        ...addressOf(identity, options),
      }
      if (name !== undefined) remember({ ...device, name, app }, options)
      return device
    })
    if (request.name !== undefined) options.keep.save()
    return devices
  }
}

function appOf({ platform, app }: DeviceRequest): string {
  const found = app ?? SAMPLE_APPS[platform]
  if (platform !== 'webpush') return found ?? ''
  const point = readPoint(found ?? '')
  if (!point) throw new Problem(422, "A webpush device needs its sender's VAPID public key as `app`.")
  return point.text
}

function claimBundle(accounts: Accounts, bundleId: string): void {
  if (accounts.bundleOwner(bundleId) === undefined) accounts.claimBundle(bundleId, SAMPLE.teamId)
}

function identityOf(request: DeviceRequest, appDigest: Buffer, now: number): Omit<DeviceIdentity, 'serial'> {
  const { platform, scenario = 'ok', environment = 'production', kind = 'token' } = request
  if (platform !== 'apns' && (scenario === 'wrong_environment' || request.environment)) {
    throw new Problem(422, 'Only apns has environments.')
  }
  if (platform !== 'fcm' && request.kind)
    throw new Problem(422, 'Only an fcm device has a `kind` of address.')
  const other = environment === 'production' ? 'sandbox' : 'production'
  return {
    platform,
    scenario,
    environment: scenario === 'wrong_environment' ? other : environment,
    addressedBy: kind,
    appDigest,
    setting: settingOf(request, now),
  }
}

function settingOf({ scenario, slow_ms, invalid_since }: DeviceRequest, now: number): number {
  if (scenario === 'slow') return slow_ms ?? DEFAULT_SLOW_MS
  if (scenario !== 'unregistered') return 0
  const since = new Date(invalid_since ?? now).getTime()
  if (!(since >= 0)) throw new Problem(422, '`invalid_since` must be epoch milliseconds or an RFC 3339 time.')
  return since
}

function addressOf(identity: DeviceIdentity, { tokens, secret, originOf }: MintOptions): Partial<Device> {
  const sealed = tokens.seal(identity)
  switch (identity.platform) {
    case 'apns':
      return { token: apnsTokenOf(sealed) }
    case 'fcm':
      return { token: identity.addressedBy === 'fid' ? fidOf(sealed) : fcmTokenOf(sealed) }
    case 'wns':
      return { token: originOf('wns') + wnsPathOf(sealed) }
    case 'webpush':
      return {
        endpoint: originOf('webpush') + webPushPathOf(sealed),
        keys: publicKeysOf(subscriberKeys(secret, identity.serial)),
      }
  }
}

/** As many names are kept as there can be named phones. */
const NAMES_LIMIT = 200

function remember(
  { id, platform, app, name }: Device & { app: string; name: string },
  { keep, phones }: MintOptions,
): void {
  const phone = { id, platform, app, name }
  phones.name(phone)
  keep.state.phones = [...keep.state.phones, phone].slice(-NAMES_LIMIT)
}
