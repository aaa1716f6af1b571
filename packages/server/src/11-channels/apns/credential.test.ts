import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Problem } from '../../00-kernel/problem.ts'
import { maskApnsCredential, parseApnsCredential } from './credential.ts'

const pkcs8 = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const token = {
  auth: 'token',
  key: pkcs8(p256.privateKey),
  key_id: 'ABC123DEFG',
  team_id: 'DEF123GHIJ',
  bundle_id: 'com.example.shop',
  environment: 'production',
}

async function pointersOf(input: unknown): Promise<string[]> {
  const problem = await parseApnsCredential(input).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(problem instanceof Problem)) throw new Error('this credential was taken')
  expect(problem.code).toBe('invalid_credential')
  return problem.details.errors?.map(({ pointer }) => pointer) ?? []
}

test('a signing key with its ids is taken, does not expire and shows no secret', async () => {
  const { credential, expiresAt } = await parseApnsCredential(token)
  expect(credential).toEqual(token)
  expect(expiresAt).toBeNull()
  expect(maskApnsCredential(credential)).toEqual({ ...token, key: '••••••••' })
})

test.each([
  ['/key', { key: 'not a key' }],
  ['/key', { key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----' }],
  ['/key', { key: p256.privateKey.export({ type: 'sec1', format: 'pem' }) }],
  ['/key', { key: p256.publicKey.export({ type: 'spki', format: 'pem' }) }],
  ['/key', { key: pkcs8(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey) }],
  ['/key', { key: pkcs8(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey) }],
  ['/key', { key: pkcs8(generateKeyPairSync('ed25519').privateKey) }],
  ['/key_id', { key_id: 'abc123defg' }],
  ['/key_id', { key_id: 'ABC123DEF' }],
  ['/team_id', { team_id: 'DEF123GHIJK' }],
  ['/team_id', { team_id: 'DEF-123GHI' }],
  ['/bundle_id', { bundle_id: 'shop' }],
  ['/bundle_id', { bundle_id: 'com.example.my shop' }],
  ['/environment', { environment: 'test' }],
  ['/auth', { auth: 'password' }],
  ['/extra', { extra: 1 }],
  ['/key', { key: undefined }],
])('a wrong field is named: %s', async (pointer, change) => {
  expect(await pointersOf({ ...token, ...change })).toEqual([pointer])
})

const p12 = (name: string) =>
  readFileSync(new URL(`./testing/${name}.p12`, import.meta.url)).toString('base64')
const certificate = {
  auth: 'certificate',
  certificate: p12('push'),
  passphrase: 'correct',
  environment: 'production',
}

test('a push certificate gives bundle id, topics and expiry, and shows no secret', async () => {
  const { credential, expiresAt } = await parseApnsCredential(certificate)
  expect(credential).toMatchObject({
    bundle_id: 'com.example.shop',
    topics: ['com.example.shop', 'com.example.shop.voip', 'com.example.shop.complication'],
  })
  expect(expiresAt?.getUTCFullYear()).toBe(2126)
  const shown = maskApnsCredential(credential)
  expect(shown).toMatchObject({ bundle_id: 'com.example.shop', expires_at: expiresAt?.toISOString() })
  expect(JSON.stringify(shown)).not.toContain(certificate.certificate.slice(0, 40))
  expect(JSON.stringify(shown)).not.toContain('correct')
})

test.each([
  ['a wrong passphrase', '/passphrase', { passphrase: 'wrong' }],
  ['something that is no PKCS#12', '/certificate', { certificate: Buffer.from('hello').toString('base64') }],
  ['half a file', '/certificate', { certificate: certificate.certificate.slice(0, 2000) }],
  ['the certificate of a server', '/certificate', { certificate: p12('server') }],
  ['a file of the old RC2 kind', '/certificate', { certificate: p12('legacy') }],
  ['a certificate without its key', '/certificate', { certificate: p12('no-key') }],
  ['another bundle id', '/bundle_id', { bundle_id: 'com.example.other' }],
  ['the other environment', '/environment', { environment: 'sandbox' }],
])('%s is refused at %s', async (_what, pointer, change) => {
  expect(await pointersOf({ ...certificate, ...change })).toEqual([pointer])
})

test('the sentence for an RC2 file says what to do', async () => {
  await expect(parseApnsCredential({ ...certificate, certificate: p12('legacy') })).rejects.toThrow(
    'OpenSSL 3 no longer reads',
  )
})

test('a topic of the certificate may stand as the bundle id', async () => {
  const { credential } = await parseApnsCredential({ ...certificate, bundle_id: 'com.example.shop.voip' })
  expect(credential.bundle_id).toBe('com.example.shop.voip')
})
