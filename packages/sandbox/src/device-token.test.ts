import fc from 'fast-check'
import { expect, it } from 'vitest'
import { apnsTokenOf, fcmTokenOf, fidOf, readApnsToken, readFcmToken, readFid } from './device-address.ts'
import type { DeviceIdentity } from './device-token.ts'
import { createDeviceTokens } from './device-token.ts'
import { environments, platforms, scenarios } from './words.ts'

const tokens = createDeviceTokens(Buffer.alloc(32, 1))

const identities: fc.Arbitrary<DeviceIdentity> = fc.record({
  platform: fc.constantFrom(...platforms),
  environment: fc.constantFrom(...environments),
  scenario: fc.constantFrom(...scenarios),
  addressedBy: fc.constantFrom('token', 'fid', 'browser'),
  serial: fc.nat(2 ** 31 - 1),
  setting: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  appDigest: fc.string().map(tokens.digestOf),
})

it('a token gives back everything that was put into it', () => {
  fc.assert(
    fc.property(identities, (identity) => {
      expect(tokens.open(tokens.seal(identity))).toEqual(identity)
    }),
  )
})

it('a token with any bit changed, of another secret or of another length is nobody’s', () => {
  const other = createDeviceTokens(Buffer.alloc(32, 2))
  fc.assert(
    fc.property(identities, fc.nat(32 * 8 - 1), (identity, bit) => {
      const sealed = tokens.seal(identity)
      expect(other.open(sealed)).toBeUndefined()
      expect(tokens.open(sealed.subarray(1))).toBeUndefined()
      sealed[bit >> 3] = (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(tokens.open(sealed)).toBeUndefined()
    }),
  )
})

it('a token is read only in the shape of its own platform and kind', () => {
  const seal = (more: Partial<DeviceIdentity>) =>
    tokens.seal({
      platform: 'fcm',
      environment: 'production',
      scenario: 'ok',
      addressedBy: 'token',
      serial: 1,
      setting: 0,
      appDigest: tokens.digestOf('app'),
      ...more,
    })
  const byToken = seal({})
  expect(readFcmToken(tokens.open, fcmTokenOf(byToken))?.serial).toBe(1)
  expect(readFid(tokens.open, fidOf(byToken))).toBeUndefined()
  expect(readApnsToken(tokens.open, apnsTokenOf(byToken))).toBeUndefined()
  expect(readFid(tokens.open, fidOf(seal({ addressedBy: 'fid' })))?.addressedBy).toBe('fid')
  expect(readApnsToken(tokens.open, apnsTokenOf(seal({ platform: 'apns' })))?.platform).toBe('apns')
})
