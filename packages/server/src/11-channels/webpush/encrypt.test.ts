import { createDecipheriv, createECDH, createPrivateKey, type KeyObject, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  deriveContentKeys,
  encrypt,
  encryptWith,
  readRecipient,
  sealRecord,
  sharedSecret,
} from './encrypt.ts'
import { maxPlaintextBytes } from './limits.ts'
import { createBrowser } from './testing/browser.ts'

const bytes = (base64url: string) => Buffer.from(base64url, 'base64url')

describe('RFC 8291, section 5', () => {
  const recipient = readRecipient({
    p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  })
  const keys = {
    ...senderOf('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'),
    salt: bytes('DGv6ra1nlYgDCS1FRnbzlw'),
  }
  if (!recipient) throw new Error('the vector has valid keys')

  test('gives the same message, byte for byte', () => {
    const message = encryptWith(Buffer.from('When I grow up, I want to be a watermelon'), recipient, keys)
    expect(message.toString('base64url')).toBe(
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK' +
        '6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
    )
  })

  test('gives the same keying material, content key and nonce', () => {
    const secret = sharedSecret(recipient, keys)
    const { key, nonce } = deriveContentKeys(secret, keys.salt)
    expect(secret.toString('base64url')).toBe('S4lYMb_L0FxCeq0WhDx813KgSYqU26kOyzWUdsXYyrg')
    expect(key.toString('base64url')).toBe('oIhVW04MRdy2XN9CiKLxTg')
    expect(nonce.toString('base64url')).toBe('4h_95klXJ5E_qnoN')
  })
})

describe('RFC 8188', () => {
  const text = 'I am the walrus'

  test('section 3.1: gives the same record, byte for byte', () => {
    const record = sealRecord(Buffer.from(text), {
      secret: bytes('yqdlZ-tYemfogSmv7Ws5PQ'),
      salt: bytes('I1BsxtFttlv3u_Oo94xnmw'),
      keyId: Buffer.alloc(0),
    })
    expect(record.toString('base64url')).toBe(
      'I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg',
    )
  })

  test('section 3.2: derives the keys that open both records', () => {
    const body = bytes(
      'uNCkWiNYzKTnBN9ji3-qWAAAABkCYTHOG8chz_gnvgOqdGYovxyjuqRyJFjEDyoF1Fvkj6hQPdPHI51OEUKEpgz3SsLWIqS_uA',
    )
    const { key, nonce } = deriveContentKeys(bytes('BO3ZVPxUlnLORbVGMpbT1Q'), body.subarray(0, 16))
    const headerBytes = 16 + 4 + 1 + 2
    const recordBytes = 25
    const first = open(body.subarray(headerBytes, headerBytes + recordBytes), { key, nonce, number: 0 })
    const second = open(body.subarray(headerBytes + recordBytes), { key, nonce, number: 1 })
    expect(first + second).toBe(text)
  })
})

describe('encrypt', () => {
  const browser = createBrowser()
  const recipient = readRecipient(browser.keys)
  if (!recipient) throw new Error('the pair was just made')

  test.each([0, 1, 1000, maxPlaintextBytes])('another implementation decrypts %d bytes', (length) => {
    const plaintext = randomBytes(length)
    expect(browser.decrypt(encrypt(plaintext, recipient)).equals(plaintext)).toBe(true)
  })

  test('fills exactly 4,096 bytes with the longest text, and takes no longer one', () => {
    expect(encrypt(Buffer.alloc(maxPlaintextBytes), recipient)).toHaveLength(4096)
    expect(() => encrypt(Buffer.alloc(maxPlaintextBytes + 1), recipient)).toThrow(RangeError)
  })

  test('takes a new salt and, given none, a new key for every message', () => {
    const messages = Array.from({ length: 20 }, () => encrypt(Buffer.from('same'), recipient))
    expect(new Set(messages.map((message) => message.toString('hex', 0, 16))).size).toBe(20)
    expect(new Set(messages.map((message) => message.toString('hex', 21, 86))).size).toBe(20)
  })
})

describe('readRecipient', () => {
  const point = createECDH('prime256v1').generateKeys()
  const auth = randomBytes(16).toString('base64url')
  const offCurve = Buffer.from(point)
  offCurve.writeUInt8(offCurve.readUInt8(40) ^ 1, 40)

  test.each([
    ['a point that is not on the curve', offCurve.toString('base64url'), auth],
    ['a compressed point', Buffer.concat([Buffer.of(2), point.subarray(1, 33)]).toString('base64url'), auth],
    ['a point that is cut short', point.toString('base64url', 0, 64), auth],
    ['no point at all', '', auth],
    ['an authentication secret of another length', point.toString('base64url'), 'AAAA'],
  ])('refuses %s', (_, p256dh, secret) => {
    expect(readRecipient({ p256dh, auth: secret })).toBeNull()
  })

  test('refuses a subscription without keys', () => {
    expect(readRecipient(undefined)).toBeNull()
  })

  test('takes padded and standard base64 as well, as older browsers gave it', () => {
    expect(readRecipient({ p256dh: point.toString('base64'), auth: `${auth}==` })?.point).toEqual(point)
  })
})

function senderOf(scalar: string): { privateKey: KeyObject; point: Buffer } {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(scalar, 'base64url')
  const point = pair.getPublicKey()
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'))
  return {
    privateKey: createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y, d: scalar } }),
    point,
  }
}

/** One record of RFC 8188: without its padding and delimiter. */
function open(
  record: Buffer,
  { key, nonce, number }: { key: Buffer; nonce: Buffer; number: number },
): string {
  const recordNonce = Buffer.from(nonce)
  recordNonce.writeUInt8(recordNonce.readUInt8(11) ^ number, 11)
  const decipher = createDecipheriv('aes-128-gcm', key, recordNonce)
  decipher.setAuthTag(record.subarray(-16))
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()])
  const delimiterAt = Math.max(padded.lastIndexOf(1), padded.lastIndexOf(2))
  return padded.toString('utf8', 0, delimiterAt)
}
