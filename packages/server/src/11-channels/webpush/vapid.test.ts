import { createPublicKey, verify } from 'node:crypto'
import { importJWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { readPoint } from './encrypt.ts'
import { createVapidSigner, generateVapidKeys, signToken, vapidPrivateKey } from './vapid.ts'

const hour = 3600 * 1000
const origin = 'https://push.example.net'

describe('RFC 8292, section 2.4', () => {
  const token =
    'eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3Njgs' +
    'InN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrEr' +
    'tmysazNjjvW2L9OkSSHzvoD1oA'
  const publicKey = 'BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs'
  const [signed, signature] = [
    token.slice(0, token.lastIndexOf('.')),
    token.slice(token.lastIndexOf('.') + 1),
  ]

  test('our token has the same header and claims, byte for byte', () => {
    const claims = { aud: origin, exp: 1453523768, sub: 'mailto:push@example.com' }
    const ours = signToken(vapidPrivateKey(generateVapidKeys()), claims)
    expect(ours.slice(0, ours.lastIndexOf('.'))).toBe(signed)
    expect(Buffer.from(ours.slice(ours.lastIndexOf('.') + 1), 'base64url')).toHaveLength(64)
  })

  test('its signature holds under its key as we read it', () => {
    const key = readPoint(Buffer.from(publicKey, 'base64url'))
    if (!key) throw new Error('the vector has a valid key')
    const sealed = Buffer.from(signature, 'base64url')
    expect(verify('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, sealed)).toBe(true)
  })
})

test('a generated pair belongs together', () => {
  const keys = generateVapidKeys()
  const derived = createPublicKey(vapidPrivateKey(keys))
  expect(derived.equals(readPoint(Buffer.from(keys.public_key, 'base64url')) as never)).toBe(true)
  expect(Buffer.from(keys.private_key, 'base64url')).toHaveLength(32)
})

describe('the signer', () => {
  function signerAt(startMs: number, maxOrigins = 10) {
    const keys = generateVapidKeys()
    const clock = { nowMs: startMs }
    const subject = 'mailto:push@example.com'
    const signer = createVapidSigner({ ...keys, subject, now: () => clock.nowMs, maxOrigins })
    return { keys, clock, signer }
  }

  test('names the origin, the subject and an end in 12 hours, under the key it shows', async () => {
    const { keys, signer } = signerAt(Date.now())
    const [, token = '', shown = ''] = /^vapid t=(.+), k=(.+)$/.exec(signer.headerFor(origin)) ?? []
    const point = Buffer.from(shown, 'base64url')
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'))
    const key = await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256')
    const { payload, protectedHeader } = await jwtVerify(token, key, { audience: origin })
    expect(shown).toBe(keys.public_key)
    expect(protectedHeader).toEqual({ typ: 'JWT', alg: 'ES256' })
    expect(payload.sub).toBe('mailto:push@example.com')
    const untilEndSeconds = (payload.exp ?? 0) - Date.now() / 1000
    expect(untilEndSeconds).toBeGreaterThan(12 * 3600 - 60)
    expect(untilEndSeconds).toBeLessThanOrEqual(12 * 3600)
  })

  test('keeps one token per origin and renews it at half its life', () => {
    const { clock, signer } = signerAt(1_000 * hour)
    const first = signer.headerFor(origin)
    expect(signer.headerFor('https://other.example')).not.toBe(first)
    clock.nowMs += 6 * hour - 1000
    expect(signer.headerFor(origin)).toBe(first)
    clock.nowMs += 1000
    expect(signer.headerFor(origin)).not.toBe(first)
  })

  test('makes a new token after one was forgotten', () => {
    const { signer } = signerAt(1_000 * hour)
    const first = signer.headerFor(origin)
    signer.forget(origin)
    expect(signer.headerFor(origin)).not.toBe(first)
  })

  test('keeps tokens for a bounded number of origins, the newest', () => {
    const { signer } = signerAt(1_000 * hour, 2)
    const [first, second] = ['https://a.example', 'https://b.example'].map(signer.headerFor)
    signer.headerFor('https://c.example')
    expect(signer.headerFor('https://b.example')).toBe(second)
    expect(signer.headerFor('https://a.example')).not.toBe(first)
  })
})
