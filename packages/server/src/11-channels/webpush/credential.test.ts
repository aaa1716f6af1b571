import { describe, expect, test } from 'vitest'
import { Problem } from '../../00-kernel/problem.ts'
import { maskWebPushCredential, parseWebPushCredential } from './credential.ts'
import { generateVapidKeys } from './vapid.ts'

const subject = 'mailto:push@example.com'

/** The pointers of the problem that the input meets. */
async function refusalOf(input: unknown): Promise<(string | undefined)[]> {
  const problem = await parseWebPushCredential(input).catch((error: unknown) => error)
  if (!(problem instanceof Problem)) throw new Error('it was accepted')
  expect(problem.status).toBe(422)
  expect(problem.code).toBe('invalid_credential')
  return (problem.details.errors ?? []).map(({ pointer }) => pointer)
}

describe('the subject', () => {
  test.each([
    subject,
    'https://example.com',
    'https://example.com/contact?x=1',
    'mailto:a+b@sub.example.com',
  ])('may be %s', async (good) => {
    expect((await parseWebPushCredential({ subject: good })).credential.subject).toBe(good)
  })

  test.each([
    '',
    'push@example.com',
    'mailto:',
    'mailto:push',
    'mailto: push@example.com',
    'mailto:<push@example.com>',
    'http://example.com',
    'https://',
    'mailto:push@localhost',
    'mailto:push@relay.local',
    'https://localhost:8080',
    'https://app.localhost/',
  ])('may not be "%s"', async (bad) => {
    expect(await refusalOf({ subject: bad })).toEqual(['/subject'])
  })
})

describe('the key pair', () => {
  const keys = generateVapidKeys()

  test('is made when none is given', async () => {
    const first = await parseWebPushCredential({ subject })
    const second = await parseWebPushCredential({ subject })
    expect(first.credential.public_key).not.toBe(second.credential.public_key)
    expect(await parseWebPushCredential(first.credential)).toEqual(first)
  })

  test('is kept as it is given', async () => {
    expect(await parseWebPushCredential({ subject, ...keys })).toEqual({
      credential: { subject, ...keys },
      expiresAt: null,
    })
  })

  const zero = Buffer.alloc(32).toString('base64url')
  const notBelowTheOrder = Buffer.alloc(32, 0xff).toString('base64url')
  test.each([
    ['the public key alone', { public_key: keys.public_key }, '/private_key'],
    ['the private key alone', { private_key: keys.private_key }, '/public_key'],
    ['a public key of another length', { ...keys, public_key: keys.public_key.slice(4) }, '/public_key'],
    ['a public key off the curve', { ...keys, public_key: `BAAA${keys.public_key.slice(4)}` }, '/public_key'],
    ['a public key in PEM', { ...keys, public_key: '-----BEGIN PUBLIC KEY-----' }, '/public_key'],
    ['a private key of another length', { ...keys, private_key: 'AAAA' }, '/private_key'],
    ['a private key of zero', { ...keys, private_key: zero }, '/private_key'],
    ['a private key above the order', { ...keys, private_key: notBelowTheOrder }, '/private_key'],
    [
      'two keys of different pairs',
      { ...keys, private_key: generateVapidKeys().private_key },
      '/private_key',
    ],
  ])('is refused with %s', async (_, pair, pointer) => {
    expect(await refusalOf({ subject, ...pair })).toEqual([pointer])
  })
})

test('unknown and missing fields are named', async () => {
  expect(await refusalOf({ subject, secret: 'x' })).toEqual(['/secret'])
  expect(await refusalOf({})).toEqual(['/subject'])
})

test('the masked form shows the public key and hides the private one', async () => {
  const { credential } = await parseWebPushCredential({ subject })
  const masked = maskWebPushCredential(credential)
  expect(masked).toMatchObject({ subject, public_key: credential.public_key })
  expect(masked.private_key).toBe(`••••••••${credential.private_key.slice(-4)}`)
})
