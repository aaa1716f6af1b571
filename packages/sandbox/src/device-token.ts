import { hash } from 'node:crypto'
import { putBounded } from './bounded.ts'
import type { Environment, Platform, Scenario } from './words.ts'
import { environments, platforms, scenarios } from './words.ts'

/** @note Append only, as `scenarios` is. */
const addressKinds = ['token', 'fid', 'browser'] as const
export type AddressKind = (typeof addressKinds)[number]

export interface DeviceIdentity {
  platform: Platform
  environment: Environment
  scenario: Scenario
  /** FCM also addresses by Firebase installation id; a `browser` is real and holds its keys itself. */
  addressedBy: AddressKind
  serial: number
  /** Milliseconds: the delay of a `slow` device, the time of death of an `unregistered` one. */
  setting: number
  /** The first 8 bytes of the SHA-256 of the app's name; compare with `DeviceTokens.digestOf`. */
  appDigest: Buffer
}

export interface DeviceTokens {
  seal(identity: DeviceIdentity): Buffer
  open(bytes: Buffer): DeviceIdentity | undefined
  digestOf(app: string): Buffer
}

/**
 * Layout of the 32 bytes: 1 platform, environment, address kind; 1 scenario; 6 serial; 6 setting;
 * 8 app digest; 10 MAC. Thirty-two, because that is what a real APNs token is.
 */
const SEALED_LENGTH = 22
const TOKEN_LENGTH = 32
const KNOWN_APPS_LIMIT = 10_000

/** Tokens that carry all there is to know about a device, so that a million of them cost no memory. */
export function createDeviceTokens(secret: Buffer): DeviceTokens {
  const digests = new Map<string, Buffer>()
  // The input has one fixed length and the output is cut, so a keyed prefix is a sound MAC here.
  const macOf = (sealed: Buffer) => hash('sha256', Buffer.concat([secret, sealed]), 'buffer').subarray(0, 10)
  return {
    seal: (identity) => {
      const sealed = write(identity)
      return Buffer.concat([sealed, macOf(sealed)])
    },
    open: (bytes) => {
      if (bytes.length !== TOKEN_LENGTH) return undefined
      const sealed = bytes.subarray(0, SEALED_LENGTH)
      return macOf(sealed).equals(bytes.subarray(SEALED_LENGTH)) ? read(sealed) : undefined
    },
    digestOf: (app) => {
      const known = digests.get(app)
      if (known) return known
      const digest = hash('sha256', app, 'buffer').subarray(0, 8)
      putBounded(digests, KNOWN_APPS_LIMIT, app, digest)
      return digest
    },
  }
}

/** The phone's id in the control API and the console. */
export const phoneIdOf = (identity: DeviceIdentity) => `${identity.platform}-${identity.serial}`

function write(identity: DeviceIdentity): Buffer {
  const sealed = Buffer.alloc(SEALED_LENGTH)
  const kind = platforms.indexOf(identity.platform)
  const environment = environments.indexOf(identity.environment) << 2
  const address = addressKinds.indexOf(identity.addressedBy) << 3
  sealed.writeUInt8(kind | environment | address, 0)
  sealed.writeUInt8(scenarios.indexOf(identity.scenario), 1)
  sealed.writeUIntBE(identity.serial, 2, 6)
  sealed.writeUIntBE(identity.setting, 8, 6)
  identity.appDigest.copy(sealed, 14)
  return sealed
}

function read(sealed: Buffer): DeviceIdentity | undefined {
  const kind = sealed.readUInt8(0)
  const platform = platforms[kind & 3]
  const environment = environments[(kind >> 2) & 1]
  const scenario = scenarios[sealed.readUInt8(1)]
  const addressedBy = addressKinds[kind >> 3]
  if (!platform || !environment || !scenario || !addressedBy) return undefined
  return {
    platform,
    environment,
    scenario,
    addressedBy,
    serial: sealed.readUIntBE(2, 6),
    setting: sealed.readUIntBE(8, 6),
    appDigest: sealed.subarray(14, SEALED_LENGTH),
  }
}
