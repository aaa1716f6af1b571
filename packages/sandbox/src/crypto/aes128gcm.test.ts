import { createECDH, randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { openMessage, openRecords, readEncryptedBody } from './aes128gcm.ts'

/** The second opinion: another implementation, of which only the sending side is used. */
const ece = createRequire(import.meta.url)('http_ece') as {
  encrypt(plain: Buffer, options: Record<string, unknown>): Buffer
}
const bytes = (text: string) => Buffer.from(text, 'base64url')

describe('the vectors of RFC 8188 decrypt', () => {
  it.each([
    [
      'section 3.1',
      'yqdlZ-tYemfogSmv7Ws5PQ',
      'I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg',
    ],
    [
      'section 3.2, two records',
      'BO3ZVPxUlnLORbVGMpbT1Q',
      'uNCkWiNYzKTnBN9ji3-qWAAAABkCYTHOG8chz_gnvgOqdGYovxyjuqRyJFjEDyoF1Fvkj6hQPdPHI51OEUKEpgz3SsLWIqS_uA',
    ],
  ])('%s', (_, key, body) => {
    const encrypted = readEncryptedBody(bytes(body))
    if (!encrypted) throw new Error('The header was not read.')
    expect(openRecords(encrypted, bytes(key))?.toString()).toBe('I am the walrus')
  })
})

describe('a Web Push message', () => {
  const subscriber = {
    scalar: bytes('q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94'),
    auth: bytes('BTBZMqHH6r4Tts7J_aSIgg'),
  }
  const message = bytes(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz' +
      'AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  )

  it('is the one of RFC 8291 section 5', () => {
    expect(openMessage(message, subscriber)?.toString()).toBe('When I grow up, I want to be a watermelon')
  })

  it('does not open after any change, with another secret or cut short', () => {
    for (const at of [0, 20, 30, 90, message.length - 1]) {
      const changed = Buffer.from(message)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(openMessage(changed, subscriber)).toBeUndefined()
    }
    expect(openMessage(message, { ...subscriber, auth: Buffer.alloc(16) })).toBeUndefined()
    for (const length of [0, 20, 86, 100])
      expect(openMessage(message.subarray(0, length), subscriber)).toBeUndefined()
  })

  it('of another implementation opens, padded or not, but not in two records', () => {
    const receiver = createECDH('prime256v1')
    receiver.generateKeys()
    const keys = { scalar: receiver.getPrivateKey(), auth: randomBytes(16) }
    const encrypt = (plain: Buffer, more: Record<string, unknown>) => {
      const privateKey = createECDH('prime256v1')
      privateKey.generateKeys()
      return ece.encrypt(plain, {
        version: 'aes128gcm',
        dh: receiver.getPublicKey('base64url'),
        privateKey,
        authSecret: keys.auth.toString('base64url'),
        ...more,
      })
    }
    for (const pad of [0, 1, 500]) {
      const opened = openMessage(encrypt(Buffer.from('Grüße'), { pad }), keys)
      expect(opened?.toString()).toBe('Grüße')
    }
    expect(openMessage(encrypt(Buffer.alloc(200), { rs: 100 }), keys)).toBeUndefined()
  })
})
