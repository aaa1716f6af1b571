import { generateKeyPairSync } from 'node:crypto'
import { jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { apnsAuthorization, renewedAuthorization } from './jwt.ts'

const minute = 60_000
const start = 1_900_000_000_000

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  return { publicKey, signing: { key, key_id: 'ABC123DEFG', team_id: 'DEF123GHIJ' } }
}

test('the token is ES256 in JOSE form with key id, team and a numeric issue time', async () => {
  const { publicKey, signing } = newKey()
  const authorization = apnsAuthorization(signing, start)
  expect(authorization).toMatch(/^bearer /)
  const { payload, protectedHeader } = await jwtVerify(authorization.slice(7), publicKey)
  expect(protectedHeader).toEqual({ alg: 'ES256', kid: 'ABC123DEFG' })
  expect(payload).toEqual({ iss: 'DEF123GHIJ', iat: start / 1000 })
})

test('one token serves all who use the same key for 50 minutes', () => {
  const { signing } = newKey()
  const first = apnsAuthorization(signing, start)
  expect(apnsAuthorization({ ...signing }, start + 49 * minute)).toBe(first)
  expect(apnsAuthorization(signing, start + 50 * minute)).not.toBe(first)
})

test('another private key under the same ids gets its own token', () => {
  expect(apnsAuthorization(newKey().signing, start)).not.toBe(apnsAuthorization(newKey().signing, start))
})

test('an expired token is renewed only when it is 20 minutes old, and once for all who ask', () => {
  const { signing } = newKey()
  const first = apnsAuthorization(signing, start)
  expect(renewedAuthorization(signing, first, start + 19 * minute)).toBeNull()
  const second = renewedAuthorization(signing, first, start + 20 * minute)
  expect(second).not.toBe(first)
  expect(renewedAuthorization(signing, first, start + 20 * minute)).toBe(second)
  expect(apnsAuthorization(signing, start + 21 * minute)).toBe(second)
})

test('a clock that was set back does not keep a token from the future', () => {
  const { signing } = newKey()
  const future = apnsAuthorization(signing, start + 60 * minute)
  expect(apnsAuthorization(signing, start)).not.toBe(future)
})
