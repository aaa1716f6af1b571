import { generateKeyPairSync } from 'node:crypto'
import { jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { createMemoryShelf } from '../testing/memory-shelf.ts'
import { createProviderAuthorization } from './jwt.ts'

const minute = 60_000
const start = 1_900_000_000_000

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  return { publicKey, signing: { key, key_id: 'ABC123DEFG', team_id: 'DEF123GHIJ' } }
}

test('the token is ES256 in JOSE form with key id, team and a numeric issue time', async () => {
  const { publicKey, signing } = newKey()
  const authorization = await createProviderAuthorization(signing, createMemoryShelf()).current(start)
  expect(authorization).toMatch(/^bearer /)
  const { payload, protectedHeader } = await jwtVerify(authorization.slice(7), publicKey)
  expect(protectedHeader).toEqual({ alg: 'ES256', kid: 'ABC123DEFG' })
  expect(payload).toEqual({ iss: 'DEF123GHIJ', iat: start / 1000 })
})

test('one token serves all lanes, processes and restarts that share a shelf for 50 minutes', async () => {
  const { signing } = newKey()
  const shelf = createMemoryShelf()
  const lane = createProviderAuthorization(signing, shelf)
  const first = await lane.current(start)
  expect(await createProviderAuthorization({ ...signing }, shelf).current(start + 49 * minute)).toBe(first)
  expect(await lane.current(start + 49 * minute)).toBe(first)
  expect(await lane.current(start + 50 * minute)).not.toBe(first)
})

test('another private key under the same ids gets its own token', async () => {
  const shelf = createMemoryShelf()
  const tokens = [newKey(), newKey()].map(({ signing }) =>
    createProviderAuthorization(signing, shelf).current(start),
  )
  const [one, two] = await Promise.all(tokens)
  expect(one).not.toBe(two)
})

test('an expired token is renewed only when it is 20 minutes old, and once for all who ask', async () => {
  const { signing } = newKey()
  const shelf = createMemoryShelf()
  const [lane, other] = [
    createProviderAuthorization(signing, shelf),
    createProviderAuthorization(signing, shelf),
  ]
  const first = await lane.current(start)
  expect(await other.current(start)).toBe(first)
  expect(await lane.renewed(first, start + 19 * minute)).toBeNull()
  const second = await lane.renewed(first, start + 20 * minute)
  expect(second).not.toBe(first)
  expect(await other.renewed(first, start + 20 * minute)).toBe(second)
  expect(await lane.current(start + 21 * minute)).toBe(second)
})

test('a clock that was set back does not keep a token from the future', async () => {
  const lane = createProviderAuthorization(newKey().signing, createMemoryShelf())
  const future = await lane.current(start + 60 * minute)
  expect(await lane.current(start)).not.toBe(future)
})

test('two callers whose clocks differ by moments agree on one token', async () => {
  const { signing } = newKey()
  const shelf = createMemoryShelf()
  const [lane, other] = [
    createProviderAuthorization(signing, shelf),
    createProviderAuthorization(signing, shelf),
  ]
  const first = await lane.current(start + 5)
  expect(await other.current(start)).toBe(first)
})
